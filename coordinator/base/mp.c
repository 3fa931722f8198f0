/* mp.c - the cursor, and what is found by walking it.
 *
 * A cursor never reads past its end, whatever the bytes: each claimed length and count is held
 * against the bytes that are left first. After the first misread it stays bad and stays put. */
#include "base/mp.h"

#include "base/check.h"
#include "base/mp_head.h"

/* clang-format off */
const struct mp_tag mp_tags[32] = {
    [0x00] = {MP_NIL, 0, 0, 0},
    [0x01] = {MP_NONE, 0, 0, 0}, /* never used */
    [0x02] = {MP_BOOL, 0, 0, 0}, [0x03] = {MP_BOOL, 0, 0, 1},
    [0x04] = {MP_BIN, 1, 0, 0}, [0x05] = {MP_BIN, 2, 0, 0}, [0x06] = {MP_BIN, 4, 0, 0},
    [0x07] = {MP_NONE, 0, 0, 0}, [0x08] = {MP_NONE, 0, 0, 0}, [0x09] = {MP_NONE, 0, 0, 0}, /* ext */
    [0x0a] = {MP_DOUBLE, 4, 0, 0}, [0x0b] = {MP_DOUBLE, 8, 0, 0},
    [0x0c] = {MP_INT, 1, 0, 0}, [0x0d] = {MP_INT, 2, 0, 0},
    [0x0e] = {MP_INT, 4, 0, 0}, [0x0f] = {MP_INT, 8, 0, 0},
    [0x10] = {MP_INT, 1, 1, 0}, [0x11] = {MP_INT, 2, 1, 0},
    [0x12] = {MP_INT, 4, 1, 0}, [0x13] = {MP_INT, 8, 1, 0},
    [0x14] = {MP_NONE, 0, 0, 0}, [0x15] = {MP_NONE, 0, 0, 0}, [0x16] = {MP_NONE, 0, 0, 0},
    [0x17] = {MP_NONE, 0, 0, 0}, [0x18] = {MP_NONE, 0, 0, 0}, /* fixext */
    [0x19] = {MP_STR, 1, 0, 0}, [0x1a] = {MP_STR, 2, 0, 0}, [0x1b] = {MP_STR, 4, 0, 0},
    [0x1c] = {MP_ARRAY, 2, 0, 0}, [0x1d] = {MP_ARRAY, 4, 0, 0},
    [0x1e] = {MP_MAP, 2, 0, 0}, [0x1f] = {MP_MAP, 4, 0, 0},
};
/* clang-format on */

/* Reads a head of the wanted type and steps over it, or sets bad. */
static bool read(struct mp *mp, enum mp_type wanted, struct mp_head *head)
{
    if (mp->bad) {
        return false;
    }
    *head = mp_head_read(mp->at, mp->end);
    if (head->type != wanted) {
        mp->bad = true;
        return false;
    }
    mp->at += head->size;
    return true;
}

static struct span read_bytes(struct mp *mp, enum mp_type wanted)
{
    struct mp_head head;
    if (!read(mp, wanted, &head)) {
        return (struct span){NULL, 0};
    }
    if (head.bits > (size_t)(mp->end - mp->at)) {
        mp->bad = true;
        return (struct span){NULL, 0};
    }
    struct span bytes = span_of(mp->at, (size_t)head.bits);
    mp->at += bytes.size;
    return bytes;
}

static uint32_t read_count(struct mp *mp, enum mp_type wanted, uint64_t bytes_each)
{
    struct mp_head head;
    if (!read(mp, wanted, &head)) {
        return 0;
    }
    if (head.bits * bytes_each > (size_t)(mp->end - mp->at)) {
        mp->bad = true;
        return 0;
    }
    return (uint32_t)head.bits;
}

enum mp_type mp_peek(const struct mp *mp)
{
    return mp->bad ? MP_NONE : mp_head_read(mp->at, mp->end).type;
}

void mp_nil(struct mp *mp)
{
    struct mp_head head;
    MAYBE(read(mp, MP_NIL, &head));
}

bool mp_bool(struct mp *mp)
{
    struct mp_head head;
    return read(mp, MP_BOOL, &head) && head.bits != 0;
}

int64_t mp_int(struct mp *mp)
{
    struct mp_head head;
    if (!read(mp, MP_INT, &head)) {
        return 0;
    }
    if (head.is_huge) {
        mp->bad = true;
        return 0;
    }
    return (int64_t)head.bits;
}

uint64_t mp_uint(struct mp *mp)
{
    struct mp_head head;
    if (!read(mp, MP_INT, &head)) {
        return 0;
    }
    if (!head.is_huge && (int64_t)head.bits < 0) {
        mp->bad = true;
        return 0;
    }
    return head.bits;
}

double mp_double(struct mp *mp)
{
    struct mp_head head;
    if (mp_peek(mp) == MP_INT) {
        MAYBE(read(mp, MP_INT, &head));
        return head.is_huge ? (double)head.bits : (double)(int64_t)head.bits;
    }
    return read(mp, MP_DOUBLE, &head) ? mp_double_of(head.bits) : 0;
}

struct span mp_str(struct mp *mp)
{
    return read_bytes(mp, MP_STR);
}

struct span mp_bin(struct mp *mp)
{
    return read_bytes(mp, MP_BIN);
}

uint32_t mp_array(struct mp *mp)
{
    return read_count(mp, MP_ARRAY, 1);
}

uint32_t mp_map(struct mp *mp)
{
    return read_count(mp, MP_MAP, 2);
}

/* The bytes that the body of a str or bin takes after its head. */
static uint64_t body_size(const struct mp_head *head)
{
    return head->type == MP_STR || head->type == MP_BIN ? head->bits : 0;
}

/* The values that follow the head of an array or map. */
static uint64_t value_count(const struct mp_head *head)
{
    if (head->type == MP_ARRAY) {
        return head->bits;
    }
    return head->type == MP_MAP ? 2 * head->bits : 0;
}

static inline struct span skip(struct mp *mp, uint64_t *count)
{
    if (mp->bad) {
        return (struct span){NULL, 0};
    }
    const uint8_t *at = mp->at;
    /* Each value that is still owed needs a byte at least, so no count claims more than there is.
     */
    for (uint64_t owed = 1; owed > 0; owed--) {
        *count += 1;
        struct mp_head head = mp_head_read(at, mp->end);
        size_t left = (size_t)(mp->end - at) - head.size;
        if (head.type == MP_NONE || body_size(&head) > left || value_count(&head) > left) {
            mp->bad = true;
            return (struct span){NULL, 0};
        }
        at += head.size + body_size(&head);
        owed += value_count(&head);
        if (owed - 1 > (size_t)(mp->end - at)) {
            mp->bad = true;
            return (struct span){NULL, 0};
        }
    }
    struct span value = span_of(mp->at, (size_t)(at - mp->at));
    mp->at = at;
    return value;
}

struct span mp_skip(struct mp *mp)
{
    uint64_t count = 0;
    return skip(mp, &count);
}

struct span mp_skip_counted(struct mp *mp, uint64_t *count)
{
    return skip(mp, count);
}

/* Each level says how many values it still owes. */
struct mp_extent mp_extent(struct span value)
{
    struct mp_extent extent = {0};
    uint64_t owed[MP_SHOWN_DEPTH_MAX + 1] = {1};
    uint32_t depth = 0;
    const uint8_t *at = value.data;
    const uint8_t *end = mp_open(value).end;
    while (true) {
        while (depth > 0 && owed[depth] == 0) {
            depth--;
        }
        struct mp_head head = mp_head_read(at, end);
        if (owed[depth] == 0 || head.type == MP_NONE) {
            return extent;
        }
        owed[depth]--;
        extent.nodes++;
        at += head.size + body_size(&head);
        if (head.type != MP_ARRAY && head.type != MP_MAP) {
            continue;
        }
        if (depth == MP_SHOWN_DEPTH_MAX) {
            extent.depth = MP_SHOWN_DEPTH_MAX + 1;
            return extent;
        }
        owed[++depth] = value_count(&head);
        if (depth > extent.depth) {
            extent.depth = depth;
        }
    }
}

enum mp_type mp_type(struct span value)
{
    struct mp mp = mp_open(value);
    return mp_peek(&mp);
}

struct span mp_find(struct span map, struct span key)
{
    struct mp mp = mp_open(map);
    uint32_t count = mp_map(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct span found = mp_str(&mp);
        struct span value = mp_skip(&mp);
        if (mp.bad) {
            break;
        }
        if (span_equal(found, key)) {
            return value;
        }
    }
    return (struct span){NULL, 0};
}

struct span mp_at(struct span array, uint64_t index)
{
    struct mp mp = mp_open(array);
    uint32_t count = mp_array(&mp);
    if (index >= count) {
        return (struct span){NULL, 0};
    }
    for (uint64_t i = 0; i < index; i++) {
        mp_skip(&mp);
    }
    return mp_skip(&mp);
}
