/* value.c - reading by path and packing, over base/mp.h.
 *
 * A path is walked segment by segment: a map takes the segment as a key, an array as an index.
 * There is no escape for a dot in a key, so that every path reads as it looks. */
#include "participants/value.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/mp.h"
#include "base/plain.h"

enum {
    PATH_SEGMENT_MAX = MP_SHOWN_DEPTH_MAX, /* deeper than any value */
    INDEX_DIGIT_MAX = 9,                   /* no array has more elements than a message has bytes */
};

/* ---- Reading ---- */

static const enum saga_type type_of[] = {
    [MP_NONE] = SAGA_TYPE_NONE,   [MP_NIL] = SAGA_TYPE_NIL,       [MP_BOOL] = SAGA_TYPE_BOOL,
    [MP_INT] = SAGA_TYPE_INT,     [MP_DOUBLE] = SAGA_TYPE_DOUBLE, [MP_STR] = SAGA_TYPE_STR,
    [MP_ARRAY] = SAGA_TYPE_ARRAY, [MP_MAP] = SAGA_TYPE_MAP,       [MP_BIN] = SAGA_TYPE_NONE,
};

enum saga_error value_check(struct saga_value value)
{
    struct span bytes = value_span(value);
    if (bytes.size == 0) {
        return SAGA_OK;
    }
    if (bytes.size > VALUE_SIZE_MAX) {
        return SAGA_TOO_LARGE;
    }
    const char *why = NULL;
    return plain_is(bytes) || mp_check(bytes, &why) == SAGA_OK ? SAGA_OK : SAGA_INVALID;
}

enum saga_error value_check_inside(struct saga_value value, uint32_t around)
{
    enum saga_error rc = value_check(value);
    bool is_too_deep = rc == SAGA_OK && value.size > 0 &&
                       mp_extent(value_span(value)).depth + around > MP_DEPTH_MAX;
    return is_too_deep ? SAGA_INVALID : rc;
}

enum saga_type saga_value_type(struct saga_value value)
{
    return type_of[mp_type(value_span(value))];
}

/* The element that a segment of digits names; an empty span for anything else. */
static struct span element(struct span array, struct span segment)
{
    uint64_t index = 0;
    if (segment.size == 0 || segment.size > INDEX_DIGIT_MAX) {
        return (struct span){0};
    }
    for (size_t i = 0; i < segment.size; i++) {
        if (segment.data[i] < '0' || segment.data[i] > '9') {
            return (struct span){0};
        }
        index = index * 10 + (uint64_t)(segment.data[i] - '0');
    }
    return mp_at(array, index);
}

static struct span find(struct span value, const char *path)
{
    if (!path || *path == '\0') {
        return value;
    }
    for (uint32_t i = 0; i < PATH_SEGMENT_MAX; i++) {
        size_t size = strcspn(path, ".");
        struct span segment = span_of(path, size);
        bool is_array = mp_type(value) == MP_ARRAY;
        value = is_array ? element(value, segment) : mp_find(value, segment);
        if (path[size] == '\0' || value.size == 0) {
            return value;
        }
        path += size + 1;
    }
    return (struct span){0};
}

struct saga_value saga_value_find(struct saga_value value, const char *path)
{
    return value_of(find(value_span(value), path));
}

bool saga_value_bool(struct saga_value value, const char *path, bool fallback)
{
    struct span found = find(value_span(value), path);
    struct mp mp = mp_open(found);
    return mp_type(found) == MP_BOOL ? mp_bool(&mp) : fallback;
}

int64_t saga_value_int(struct saga_value value, const char *path, int64_t fallback)
{
    struct span found = find(value_span(value), path);
    struct mp mp = mp_open(found);
    return mp_type(found) == MP_INT ? mp_int(&mp) : fallback;
}

double saga_value_double(struct saga_value value, const char *path, double fallback)
{
    struct span found = find(value_span(value), path);
    struct mp mp = mp_open(found);
    enum mp_type type = mp_type(found);
    return type == MP_DOUBLE || type == MP_INT ? mp_double(&mp) : fallback;
}

const char *saga_value_str(struct saga_value value, const char *path, size_t *size)
{
    struct span found = find(value_span(value), path);
    struct mp mp = mp_open(found);
    struct span text = mp_type(found) == MP_STR ? mp_str(&mp) : (struct span){0};
    *size = text.size;
    return (const char *)text.data;
}

bool saga_value_copy(struct saga_value value, const char *path, char *text, size_t capacity)
{
    PRE(capacity >= 1);
    size_t size = 0;
    const char *found = saga_value_str(value, path, &size);
    text[0] = '\0';
    if (!found || size >= capacity) {
        return false;
    }
    memcpy(text, found, size);
    text[size] = '\0';
    return true;
}

size_t saga_value_count(struct saga_value value)
{
    struct mp mp = mp_open(value_span(value));
    switch (saga_value_type(value)) {
    case SAGA_TYPE_ARRAY:
        return mp_array(&mp);
    case SAGA_TYPE_MAP:
        return mp_map(&mp);
    case SAGA_TYPE_NONE:
    case SAGA_TYPE_NIL:
    case SAGA_TYPE_BOOL:
    case SAGA_TYPE_INT:
    case SAGA_TYPE_DOUBLE:
    case SAGA_TYPE_STR:
        return 0;
    }
    UNREACHABLE("every type is named");
}

/* Key (part 0) or value (part 1) of the pair at an index. */
static struct saga_value pair_part(struct saga_value map, size_t index, size_t part)
{
    struct mp mp = mp_open(value_span(map));
    uint32_t count = mp_map(&mp);
    struct span found = {0};
    if (index >= count) {
        return (struct saga_value){0};
    }
    for (size_t i = 0; i <= 2 * index + part && !mp.bad; i++) {
        found = mp_skip(&mp);
    }
    return mp.bad ? (struct saga_value){0} : value_of(found);
}

struct saga_value saga_value_at(struct saga_value value, size_t index)
{
    if (saga_value_type(value) == SAGA_TYPE_MAP) {
        return pair_part(value, index, 1);
    }
    if (saga_value_type(value) == SAGA_TYPE_ARRAY) {
        return value_of(mp_at(value_span(value), index));
    }
    return (struct saga_value){0};
}

struct saga_value saga_value_key_at(struct saga_value value, size_t index)
{
    bool is_map = saga_value_type(value) == SAGA_TYPE_MAP;
    return is_map ? pair_part(value, index, 0) : (struct saga_value){0};
}

/* ---- Writing ---- */

struct saga_pack *saga_pack_new(void)
{
    struct saga_pack *pack = malloc(sizeof(*pack));
    if (pack) {
        buf_open(&pack->buf, VALUE_SIZE_MAX);
    }
    return pack;
}

void saga_pack_destroy(struct saga_pack **pack)
{
    if (!pack || !*pack) {
        return;
    }
    buf_close(&(*pack)->buf);
    free(*pack);
    *pack = NULL;
}

void saga_pack_clear(struct saga_pack *pack)
{
    buf_clear(&pack->buf);
}

struct saga_value saga_pack_value(const struct saga_pack *pack)
{
    struct saga_value value = value_of(buf_span(&pack->buf));
    bool is_good = !buf_failed(&pack->buf) && value_check(value) == SAGA_OK;
    return is_good ? value : (struct saga_value){0};
}

void saga_put_nil(struct saga_pack *pack)
{
    mp_put_nil(&pack->buf);
}

void saga_put_bool(struct saga_pack *pack, bool value)
{
    mp_put_bool(&pack->buf, value);
}

void saga_put_int(struct saga_pack *pack, int64_t value)
{
    mp_put_int(&pack->buf, value);
}

void saga_put_double(struct saga_pack *pack, double value)
{
    mp_put_double(&pack->buf, value);
}

void saga_put_str(struct saga_pack *pack, const char *text)
{
    if (!text) {
        mp_put_nil(&pack->buf);
    } else {
        plain_put_text(&pack->buf, span_text(text));
    }
}

void saga_put_bytes(struct saga_pack *pack, const char *text, size_t size)
{
    plain_put_text(&pack->buf, span_of(text, size));
}

void saga_put_array(struct saga_pack *pack, uint32_t count)
{
    mp_put_array(&pack->buf, count);
}

void saga_put_map(struct saga_pack *pack, uint32_t count)
{
    mp_put_map(&pack->buf, count);
}

void saga_put_value(struct saga_pack *pack, struct saga_value value)
{
    mp_put_value(&pack->buf, value_span(value));
}

/* ---- Errors ---- */

const char *saga_error_code(enum saga_error error)
{
    return error_code(error);
}

const char *saga_error_text(enum saga_error error)
{
    return error_sentence(error);
}
