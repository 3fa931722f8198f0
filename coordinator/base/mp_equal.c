/* mp_equal.c - do two msgpack values mean the same?
 *
 * Both are walked side by side with a fixed stack of frames, no recursion. The keys of b's map are
 * listed once as the map is entered, and sorted when there are many, so that two hostile maps in
 * opposite orders cost n log n. Needs values that mp_check() would pass; others are not equal. */
#include <stdlib.h>

#include "base/check.h"
#include "base/mp.h"
#include "base/mp_head.h"

enum { FEW = 16 }; /* pairs that are listed in the frame and searched one by one */

struct pair {
    struct span key;
    struct span value;
};

struct frame {
    struct mp a;          /* the rest of a's array or map */
    struct mp b;          /* the rest of b's array; b's map from its first key */
    uint32_t left;        /* elements or pairs still to compare */
    uint32_t count;       /* pairs of a map, 0 for an array */
    struct pair *pairs;   /* b's pairs: few, or allocated and sorted, or NULL without memory */
    struct pair few[FEW]; /* the pairs of most maps */
};

struct walk {
    uint32_t depth;                    /* frames in use */
    struct frame frames[MP_DEPTH_MAX]; /* innermost last */
};

static int compare(const void *left, const void *right)
{
    const struct span *a = &((const struct pair *)left)->key;
    const struct span *b = &((const struct pair *)right)->key;
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    return a->size == 0 ? 0 : memcmp(a->data, b->data, a->size);
}

/* Lists the pairs of b's map; false when it is malformed. */
static bool list(struct frame *frame)
{
    frame->pairs = frame->few;
    if (frame->count > FEW) {
        frame->pairs = malloc(frame->count * sizeof(*frame->pairs));
    }
    if (!frame->pairs) {
        return true; /* lookup() walks the map instead: slower, but the answer is the same */
    }
    struct mp mp = frame->b;
    for (uint32_t i = 0; i < frame->count; i++) {
        frame->pairs[i] = (struct pair){.key = mp_str(&mp), .value = mp_skip(&mp)};
    }
    if (!mp.bad && frame->count > FEW) {
        qsort(frame->pairs, frame->count, sizeof(*frame->pairs), compare);
    }
    return !mp.bad;
}

/* The value under `key` in b's map; an empty span when there is none. */
static struct span lookup(const struct frame *frame, struct span key)
{
    if (!frame->pairs) {
        struct mp mp = frame->b;
        for (uint32_t i = 0; i < frame->count; i++) {
            struct span found = mp_str(&mp);
            struct span value = mp_skip(&mp);
            if (span_equal(found, key)) {
                return value;
            }
        }
        return (struct span){NULL, 0};
    }
    const struct pair wanted = {.key = key};
    if (frame->count > FEW) {
        const struct pair *found =
            bsearch(&wanted, frame->pairs, frame->count, sizeof(*frame->pairs), compare);
        return found ? found->value : (struct span){NULL, 0};
    }
    for (uint32_t i = 0; i < frame->count; i++) {
        if (span_equal(frame->pairs[i].key, key)) {
            return frame->pairs[i].value;
        }
    }
    return (struct span){NULL, 0};
}

static void leave(struct walk *walk)
{
    struct frame *frame = &walk->frames[--walk->depth];
    if (frame->pairs != frame->few) {
        free(frame->pairs);
    }
}

/* Two arrays or two maps: opens a frame for what is in them. */
static bool enter(struct walk *walk, struct span a, struct span b, enum mp_type type)
{
    if (walk->depth == MP_DEPTH_MAX) {
        return false;
    }
    struct frame *frame = &walk->frames[walk->depth];
    frame->a = mp_open(a);
    frame->b = mp_open(b);
    bool is_map = type == MP_MAP;
    frame->left = is_map ? mp_map(&frame->a) : mp_array(&frame->a);
    uint32_t other = is_map ? mp_map(&frame->b) : mp_array(&frame->b);
    if (frame->a.bad || frame->b.bad || frame->left != other) {
        return false;
    }
    frame->count = is_map ? other : 0;
    frame->pairs = frame->few;
    walk->depth++;
    return !is_map || list(frame);
}

/* An int and a double are equal when the double is that very integer. */
static bool int_equals(const struct mp_head *number, double value)
{
    const double limit = 9223372036854775808.0; /* 2^63 */
    if (number->is_huge) {
        return value >= limit && value < 2 * limit && (uint64_t)value == number->bits &&
               (double)(uint64_t)value == value;
    }
    return value >= -limit && value < limit && (int64_t)value == (int64_t)number->bits &&
           (double)(int64_t)value == value;
}

static bool numbers_equal(struct span a, struct span b)
{
    struct mp_head x = mp_head_read(a.data, a.data + a.size);
    struct mp_head y = mp_head_read(b.data, b.data + b.size);
    if (x.type == MP_INT && y.type == MP_INT) {
        return x.is_huge == y.is_huge && x.bits == y.bits;
    }
    if (x.type == MP_INT) {
        return int_equals(&x, mp_double_of(y.bits));
    }
    if (y.type == MP_INT) {
        return int_equals(&y, mp_double_of(x.bits));
    }
    double left = mp_double_of(x.bits);
    double right = mp_double_of(y.bits);
    return left <= right && left >= right;
}

static bool is_number(enum mp_type type)
{
    return type == MP_INT || type == MP_DOUBLE;
}

/* Compares two values, those inside an array or map excepted: these get a frame. */
static bool match(struct walk *walk, struct span a, struct span b)
{
    enum mp_type type = mp_type(a);
    enum mp_type other = mp_type(b);
    if (is_number(type) && is_number(other)) {
        return numbers_equal(a, b);
    }
    if (type != other) {
        return false;
    }
    struct mp x = mp_open(a);
    struct mp y = mp_open(b);
    switch (type) {
    case MP_NIL:
        return true;
    case MP_BOOL:
        return mp_bool(&x) == mp_bool(&y);
    case MP_STR:
        return span_equal(mp_str(&x), mp_str(&y)) && !x.bad && !y.bad;
    case MP_BIN:
        return span_equal(mp_bin(&x), mp_bin(&y)) && !x.bad && !y.bad;
    case MP_ARRAY:
    case MP_MAP:
        return enter(walk, a, b, type);
    case MP_INT:
    case MP_DOUBLE:
    case MP_NONE:
        return false;
    }
    UNREACHABLE("a value has a type of the enum");
}

/* Compares the next element or pair of the innermost frame, or closes it. */
static bool step(struct walk *walk)
{
    struct frame *frame = &walk->frames[walk->depth - 1];
    if (frame->left == 0) {
        leave(walk);
        return true;
    }
    frame->left--;
    struct span key = frame->count > 0 ? mp_str(&frame->a) : (struct span){NULL, 0};
    struct span a = mp_skip(&frame->a);
    struct span b = frame->count > 0 && !frame->a.bad ? lookup(frame, key) : (struct span){NULL, 0};
    if (frame->count == 0) {
        b = mp_skip(&frame->b);
    }
    return a.size > 0 && b.size > 0 && match(walk, a, b);
}

bool mp_equal(struct span a, struct span b)
{
    struct walk walk;
    walk.depth = 0;
    bool equal = match(&walk, a, b);
    while (equal && walk.depth > 0) {
        equal = step(&walk);
    }
    while (walk.depth > 0) {
        leave(&walk);
    }
    return equal;
}
