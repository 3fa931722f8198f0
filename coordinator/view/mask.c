/* mask.c - learns sensitive values, and writes others without them.
 *
 * A value is walked once, from its first byte to its last: what is not masked is copied as it is,
 * and one masked value is one text, so that the heads of arrays and maps stay true. Keys of maps
 * are not masked: they are names. A text of one byte is masked as a whole only, for it would be
 * found everywhere; true, false and null only where they come in, or in the JSON of the array or
 * map that holds them. To mask too much does no harm. */
#include "view/mask.h"

#include <stdio.h>

#include "base/json.h"
#include "base/limits.h"
#include "jsonpath/jsonpath_form.h"
#include "language/definition.h"
#include "view/mask_match.h"

enum {
    SECRETS_MAX = 4096,
    PART_LEAST = 2,        /* bytes of a secret that is looked for inside of texts */
    JSON_LEAST = 6,        /* and of the JSON of an array or map: [] and [1] are everywhere */
    JSON_MOST = 64 * 1024, /* a larger one is found by the texts that are in it */
};

/* Bytes that are looked at for one view: a second at most, whatever values somebody has made up. A
 * long secret whose beginning is everywhere in a long text would take hours. */
#define WORK_MAX (UINT64_C(64) * 1024 * 1024)

#define MASKED "***"

void mask_open(struct mask *mask, const struct definition *definition, struct arena *arena)
{
    *mask = (struct mask){.definition = definition, .arena = arena};
}

bool mask_is_needed(const struct mask *mask)
{
    return mask->definition->sensitive_count > 0 || mask->count > 0 || mask->shuts;
}

/* ---- walking ---- */

struct level {
    uint32_t left; /* values, keys among them */
    bool is_map;
};

struct walk {
    struct mp mp;
    struct level levels[MP_DEPTH_MAX + 1];
    uint32_t depth;
    bool started;
};

/* Goes to the next value or key; false: there is none left. */
static bool step_on(struct walk *walk, bool *is_key)
{
    while (walk->depth > 0 && walk->levels[walk->depth - 1].left == 0) {
        walk->depth--;
    }
    if (walk->mp.bad || (walk->started && walk->depth == 0)) {
        return false;
    }
    walk->started = true;
    *is_key = false;
    if (walk->depth > 0) {
        struct level *level = &walk->levels[walk->depth - 1];
        *is_key = level->is_map && level->left % 2 == 0;
        level->left--;
    }
    return true;
}

/* Goes into an array or a map. */
static uint32_t go_in(struct walk *walk, bool is_map)
{
    uint32_t count = is_map ? mp_map(&walk->mp) : mp_array(&walk->mp);
    if (walk->depth == ARRAY_COUNT(walk->levels)) {
        walk->mp.bad = true;
        return 0;
    }
    walk->levels[walk->depth++] = (struct level){is_map ? 2 * count : count, is_map};
    return count;
}

/* ---- learning ---- */

/* Counts what was looked at; past the bound nothing more is. */
static void note_work(struct mask *mask, uint64_t work)
{
    mask->work += work;
    mask->shuts |= mask->work > WORK_MAX;
}

static bool has_secret(struct mask *mask, struct span value)
{
    note_work(mask, mask->count);
    for (uint32_t i = 0; i < mask->count; i++) {
        if (mp_equal(mask->secrets[i], value)) {
            return true;
        }
    }
    return false;
}

static void keep(struct mask *mask, struct span value)
{
    if (mask->failed || mask->shuts || has_secret(mask, value)) {
        return;
    }
    if (mask->count == mask->capacity) {
        uint32_t capacity = mask->capacity ? 2 * mask->capacity : 16;
        struct span *bigger = arena_take(mask->arena, capacity * sizeof(*bigger));
        mask->shuts = capacity > SECRETS_MAX;
        mask->failed = !bigger;
        if (mask->shuts || mask->failed) {
            return;
        }
        if (mask->count > 0) {
            memcpy(bigger, mask->secrets, mask->count * sizeof(*bigger));
        }
        mask->secrets = bigger;
        mask->capacity = capacity;
    }
    bool ok = true;
    mask->secrets[mask->count] = arena_copy(mask->arena, value, &ok);
    mask->count += ok;
    mask->failed = !ok;
    struct mp mp = mp_open(value);
    struct span text = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    if (text.size > 0) {
        mask->begins[text.data[0]] = true;
    }
}

/* A text that is made here, not found in a value. */
static void keep_text(struct mask *mask, struct span text)
{
    struct buf out;
    buf_open(&out, JSON_MOST + 5);
    mp_put_str(&out, text);
    if (buf_failed(&out)) {
        mask->failed = true;
    } else {
        keep(mask, buf_span(&out));
    }
    buf_close(&out);
}

/* A number stands in texts as JSON writes it. */
static void keep_number(struct mask *mask, struct span value)
{
    char text[64];
    struct mp mp = mp_open(value);
    keep(mask, value);
    if (mp_type(value) == MP_INT) {
        snprintf(text, sizeof(text), "%lld", (long long)mp_int(&mp));
    } else {
        (void)json_number(mp_double(&mp), text);
    }
    if (strlen(text) >= PART_LEAST) {
        keep_text(mask, span_text(text));
    }
}

/* An array or a map stands in texts as its JSON. */
static void keep_json(struct mask *mask, struct span value)
{
    struct buf json;
    enum mp_type type = mp_type(value);
    if (type != MP_ARRAY && type != MP_MAP) {
        return;
    }
    buf_open(&json, JSON_MOST);
    bool fits = json_from_mp(value, &json, JSON_COMPACT_STYLE) == SAGA_OK;
    if (fits && json.size >= JSON_LEAST) {
        keep_text(mask, buf_span(&json));
    }
    buf_close(&json);
}

static void learn_leaves(struct mask *mask, struct span value)
{
    struct walk walk = {.mp = mp_open(value)};
    bool is_key;
    while (step_on(&walk, &is_key)) {
        enum mp_type type = mp_peek(&walk.mp);
        if (type == MP_MAP || type == MP_ARRAY) {
            (void)go_in(&walk, type == MP_MAP);
            continue;
        }
        struct span leaf = mp_skip(&walk.mp);
        if (is_key) {
            continue;
        }
        if (type == MP_STR && leaf.size > 1) {
            keep(mask, leaf);
        } else if (type == MP_INT || type == MP_DOUBLE) {
            keep_number(mask, leaf);
        }
    }
}

/* The sensitive value that `reference` names, in a value of this origin; empty: the value does not
 * hold it. A place in one item's output stands for that place in every item's. */
static struct span place_in(const struct reference *reference, struct mask_origin origin,
                            struct span value)
{
    const struct jsonpath_segment *rest = reference->rest;
    bool same_step = origin.root != REFERENCE_OUTPUT || reference->step == origin.step;
    int64_t index;
    if (!origin.is_known || reference->root != origin.root || !same_step) {
        return (struct span){NULL, 0};
    }
    if (origin.is_item && rest) {
        if (!jsonpath_index(rest, &index)) {
            return (struct span){NULL, 0};
        }
        rest = jsonpath_rest(rest);
    }
    return jsonpath_follow(rest, value);
}

void mask_learn(struct mask *mask, struct mask_origin origin, struct span value)
{
    const struct definition *definition = mask->definition;
    for (uint32_t i = 0; i < definition->sensitive_count && value.size > 0; i++) {
        struct span found = place_in(definition->sensitive[i], origin, value);
        if (found.size > 0) {
            learn_leaves(mask, found);
            keep_json(mask, found);
        }
    }
}

/* ---- masking ---- */

/* Where sensitive values are in one value: their first bytes. */
struct places {
    const uint8_t *at[LIMIT_SENSITIVE];
    uint32_t count;
};

static void find_places(const struct mask *mask, struct mask_origin origin, struct span value,
                        struct places *places)
{
    const struct definition *definition = mask->definition;
    places->count = 0;
    for (uint32_t i = 0; i < definition->sensitive_count; i++) {
        struct span found = place_in(definition->sensitive[i], origin, value);
        if (found.size > 0) {
            places->at[places->count++] = found.data;
        }
    }
}

static bool is_at(const struct places *places, const uint8_t *at)
{
    for (uint32_t i = 0; i < places->count; i++) {
        if (places->at[i] == at) {
            return true;
        }
    }
    return false;
}

/* How many bytes from this place in the text on are a secret; where several begin here, the
 * longest. */
static size_t part_at(struct mask *mask, struct span text, size_t at)
{
    size_t longest = 0;
    uint8_t first = text.data[at];
    if (!mask->begins[first] && !mask_match_may_begin(first)) {
        return 0;
    }
    uint64_t work = mask->count;
    for (uint32_t i = 0; i < mask->count; i++) {
        struct mp mp = mp_open(mask->secrets[i]);
        if (mp_peek(&mp) != MP_STR) {
            continue;
        }
        struct span secret = mp_str(&mp);
        bool is_whole = at == 0 && span_equal(secret, text);
        size_t size = secret.size >= PART_LEAST ? mask_match_at(text, at, secret, &work) : 0;
        size = is_whole ? text.size : size;
        longest = size > longest ? size : longest;
    }
    note_work(mask, work);
    return longest;
}

static void write_text(struct mask *mask, struct span text, struct buf *out)
{
    for (size_t at = 0; at < text.size && !mask->shuts;) {
        size_t size = part_at(mask, text, at);
        buf_write(out, size > 0 ? (const void *)MASKED : text.data + at, size > 0 ? 3 : 1);
        at += size > 0 ? size : 1;
    }
}

static void put_text(struct mask *mask, struct span text, struct buf *scratch, struct buf *out)
{
    buf_clear(scratch);
    write_text(mask, text, scratch);
    mp_put_str(out, buf_span(scratch));
}

static void write_value(struct mask *mask, struct mask_origin origin, struct span value,
                        struct buf *out)
{
    struct walk walk = {.mp = mp_open(value)};
    struct places places;
    struct buf scratch;
    bool is_key;
    buf_open(&scratch, LIMIT_SAGA_MEMORY);
    find_places(mask, origin, value, &places);
    while (!mask->shuts && step_on(&walk, &is_key)) {
        enum mp_type type = mp_peek(&walk.mp);
        bool number = type == MP_INT || type == MP_DOUBLE;
        if (!is_key && is_at(&places, walk.mp.at)) {
            (void)mp_skip(&walk.mp);
            mp_put_text(out, MASKED);
        } else if (type == MP_MAP) {
            mp_put_map(out, go_in(&walk, true));
        } else if (type == MP_ARRAY) {
            mp_put_array(out, go_in(&walk, false));
        } else if (type == MP_STR && !is_key) {
            put_text(mask, mp_str(&walk.mp), &scratch, out);
        } else {
            struct span leaf = mp_skip(&walk.mp);
            if (number && has_secret(mask, leaf)) {
                mp_put_text(out, MASKED);
            } else {
                mp_put_value(out, leaf);
            }
        }
    }
    out->failed |= scratch.failed || walk.mp.bad;
    buf_close(&scratch);
}

/* What `out` holds, kept; a mask that fails shows nothing. */
static struct span take(struct mask *mask, struct buf *out)
{
    bool ok = !buf_failed(out);
    struct span kept = ok ? arena_copy(mask->arena, buf_span(out), &ok) : (struct span){NULL, 0};
    mask->failed |= !ok;
    buf_close(out);
    return ok ? kept : (struct span){NULL, 0};
}

struct span mask_value(struct mask *mask, struct mask_origin origin, struct span value)
{
    if (!mask_is_needed(mask) || value.size == 0 || mask->failed) {
        return mask->failed ? (struct span){NULL, 0} : value;
    }
    struct buf out;
    buf_open(&out, LIMIT_SAGA_MEMORY);
    if (!mask->shuts) {
        write_value(mask, origin, value, &out);
    }
    if (mask->shuts) {
        buf_clear(&out);
        mp_put_text(&out, MASKED);
    }
    return take(mask, &out);
}

struct span mask_text(struct mask *mask, struct span text)
{
    if (!mask_is_needed(mask) || text.size == 0 || mask->failed) {
        return mask->failed ? (struct span){NULL, 0} : text;
    }
    struct buf out;
    buf_open(&out, LIMIT_SAGA_MEMORY);
    if (!mask->shuts) {
        write_text(mask, text, &out);
    }
    if (mask->shuts) {
        buf_clear(&out);
        buf_text(&out, MASKED);
    }
    return take(mask, &out);
}
