/* mp_check.c - the one walk that every message from outside goes through before it is read.
 *
 * No recursion: open arrays and maps are frames on a fixed stack. The keys of all open maps lie on
 * one stack too, those of the innermost map on top:
 *
 *   {a: 1, b: {x: 1, y: ▲   keys: a b x y       {a: 1, b: {...}, c: ▲   keys: a b c
 *
 * A key of a small map is compared with those before it. The keys of a large map are sorted when
 * the map ends, so that a hostile map costs n log n and not n squared. Small messages, which is
 * nearly all, need no memory beyond the frame of mp_check(). */
#include <stdlib.h>

#include "base/check.h"
#include "base/mp.h"
#include "base/mp_head.h"
#include "base/utf8.h"

enum {
    PAIRWISE_MAX = 16, /* keys of a map that are compared one with another */
    KEYS_INLINE = 64,  /* keys of open maps held without allocating */
};

struct key {
    const uint8_t *data; /* in the message */
    uint32_t size;       /* bytes */
    uint64_t mark;       /* the first 8 bytes, fewer stand at the low end: most keys differ here */
};

struct frame {
    uint32_t left;  /* values, and keys of a map, still to come */
    uint32_t count; /* pairs, 0 for an array */
    size_t keys;    /* where this map's keys begin on the stack of keys */
};

struct walk {
    const uint8_t *at;                       /* next byte */
    const uint8_t *end;                      /* the end of the message */
    uint32_t nodes;                          /* values and keys read or promised */
    uint32_t nodes_max;                      /* bound of nodes */
    uint32_t depth;                          /* frames in use */
    uint32_t depth_max;                      /* bound of depth */
    struct key *keys;                        /* few, or an allocated array */
    size_t key_count;                        /* in use */
    size_t key_capacity;                     /* of keys */
    bool no_memory;                          /* the stack of keys could not grow */
    struct frame frames[MP_SHOWN_DEPTH_MAX]; /* innermost last */
    struct key few[KEYS_INLINE];             /* enough for most messages */
};

static bool push_key(struct walk *walk, const struct key *key)
{
    if (walk->key_count == walk->key_capacity) {
        size_t capacity = walk->key_capacity * 4;
        struct key *old = walk->keys == walk->few ? NULL : walk->keys;
        struct key *keys = realloc(old, capacity * sizeof(*keys));
        if (!keys) {
            walk->no_memory = true;
            return false;
        }
        if (!old) {
            memcpy(keys, walk->few, sizeof(walk->few));
        }
        walk->keys = keys;
        walk->key_capacity = capacity;
    }
    walk->keys[walk->key_count++] = *key;
    return true;
}

static struct key key_of(const struct walk *walk, struct span text)
{
    struct key key = {.data = text.data, .size = (uint32_t)text.size, .mark = 0};
    if (text.size >= 8) {
        key.mark = mp_load(text.data, 8);
    } else if (walk->end - text.data >= 8 && text.size > 0) {
        key.mark = mp_load(text.data, 8) >> (64 - 8 * text.size);
    } else {
        for (size_t i = 0; i < text.size; i++) {
            key.mark = key.mark << 8 | text.data[i];
        }
    }
    return key;
}

static inline bool is_same(const struct key *a, const struct key *b)
{
    return a->mark == b->mark && a->size == b->size &&
           (a->size <= 8 || memcmp(a->data + 8, b->data + 8, a->size - 8) == 0);
}

/* Any total order will do; by size first is the quickest. */
static int compare(const void *left, const void *right)
{
    const struct key *a = left;
    const struct key *b = right;
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    if (a->mark != b->mark) {
        return a->mark < b->mark ? -1 : 1;
    }
    return a->size <= 8 ? 0 : memcmp(a->data + 8, b->data + 8, a->size - 8);
}

/* A large map has ended: are its keys, on top of the stack, all different? */
static bool keys_differ(const struct walk *walk, const struct frame *frame)
{
    struct key *keys = walk->keys + frame->keys;
    qsort(keys, frame->count, sizeof(*keys), compare);
    for (size_t i = 1; i < frame->count; i++) {
        if (is_same(&keys[i - 1], &keys[i])) {
            return false;
        }
    }
    return true;
}

/* Each returns NULL, or what is wrong. */

static const char *read_str(struct walk *walk, const struct mp_head *head, struct span *text)
{
    if (head->bits > (size_t)(walk->end - walk->at)) {
        return "cut short";
    }
    *text = span_of(walk->at, (size_t)head->bits);
    walk->at += text->size;
    return utf8_is_ascii(*text) || utf8_is_valid(*text) ? NULL : "not UTF-8";
}

static const char *read_key(struct walk *walk, const struct frame *frame)
{
    struct mp_head head = mp_head_read(walk->at, walk->end);
    if (head.type != MP_STR) {
        return walk->at == walk->end ? "cut short" : "key is not a string";
    }
    walk->at += head.size;
    struct span text;
    const char *wrong = read_str(walk, &head, &text);
    if (wrong) {
        return wrong;
    }
    struct key key = key_of(walk, text);
    if (frame->count <= PAIRWISE_MAX) {
        for (size_t i = frame->keys; i < walk->key_count; i++) {
            if (is_same(&walk->keys[i], &key)) {
                return "duplicate key";
            }
        }
    }
    return push_key(walk, &key) ? NULL : "out of memory";
}

/* Opens a frame for an array or map with `each` values an element. */
static const char *enter(struct walk *walk, const struct mp_head *head, uint32_t each)
{
    if (walk->depth == walk->depth_max) {
        return "depth";
    }
    if (head->bits * each > (size_t)(walk->end - walk->at)) {
        return "cut short";
    }
    if (head->bits * each > walk->nodes_max - walk->nodes) {
        return "too many values";
    }
    walk->nodes += (uint32_t)head->bits * each;
    walk->frames[walk->depth++] = (struct frame){
        .left = (uint32_t)head->bits * each,
        .count = each == 2 ? (uint32_t)head->bits : 0,
        .keys = walk->key_count,
    };
    return NULL;
}

static const char *check_int(const struct mp_head *head)
{
    int64_t value = (int64_t)head->bits;
    if (head->is_huge || value > MP_INT_MAX || value < -MP_INT_MAX) {
        return "integer beyond 2^53-1";
    }
    return NULL;
}

static const char *check_double(uint64_t bits)
{
    const uint64_t exponent = UINT64_C(0x7ff0000000000000);
    return (bits & exponent) == exponent ? "not a finite number" : NULL;
}

static const char *read_value(struct walk *walk)
{
    struct mp_head head = mp_head_read(walk->at, walk->end);
    walk->at += head.size;
    struct span text;
    switch (head.type) {
    case MP_NONE:
        /* A head that is cut short is told from a tag that is not of the data model. */
        if (walk->at == walk->end || mp_tags[walk->at[0] & 31].type != MP_NONE) {
            return "cut short";
        }
        return "ext";
    case MP_NIL:
    case MP_BOOL:
        return NULL;
    case MP_INT:
        return check_int(&head);
    case MP_DOUBLE:
        return check_double(head.bits);
    case MP_STR:
        return read_str(walk, &head, &text);
    case MP_ARRAY:
        return enter(walk, &head, 1);
    case MP_MAP:
        return enter(walk, &head, 2);
    case MP_BIN:
        return "bin";
    }
    UNREACHABLE("a head has a type of the enum");
}

/* Closes the frames that are complete. */
static const char *leave(struct walk *walk)
{
    while (walk->depth > 0 && walk->frames[walk->depth - 1].left == 0) {
        const struct frame *frame = &walk->frames[--walk->depth];
        if (frame->count > PAIRWISE_MAX && !keys_differ(walk, frame)) {
            return "duplicate key";
        }
        walk->key_count = frame->keys;
    }
    return NULL;
}

static const char *walk_all(struct walk *walk)
{
    const char *wrong = read_value(walk);
    while (!wrong) {
        wrong = leave(walk);
        if (walk->depth == 0 || wrong) {
            break;
        }
        struct frame *frame = &walk->frames[walk->depth - 1];
        bool is_key = frame->count > 0 && frame->left % 2 == 0;
        frame->left--;
        wrong = is_key ? read_key(walk, frame) : read_value(walk);
    }
    if (!wrong && walk->at != walk->end) {
        wrong = "trailing bytes";
    }
    return wrong;
}

struct bounds {
    uint32_t nodes;
    uint32_t depth;
};

static enum saga_error check(struct span bytes, struct bounds bounds, const char **why)
{
    PRE(why != NULL);
    struct walk walk; /* field by field: its arrays are large, and filled as they are used */
    walk.nodes_max = bounds.nodes;
    walk.depth_max = bounds.depth;
    walk.at = bytes.data;
    walk.end = mp_open(bytes).end;
    walk.nodes = 1;
    walk.depth = 0;
    walk.keys = walk.few;
    walk.key_count = 0;
    walk.key_capacity = KEYS_INLINE;
    walk.no_memory = false;

    const char *wrong = walk_all(&walk);

    if (walk.keys != walk.few) {
        free(walk.keys);
    }
    *why = wrong;
    if (!wrong) {
        return SAGA_OK;
    }
    return walk.no_memory ? SAGA_NO_MEMORY : SAGA_BAD_MESSAGE;
}

enum saga_error mp_check(struct span bytes, const char **why)
{
    return check(bytes, (struct bounds){.nodes = MP_NODE_MAX, .depth = MP_DEPTH_MAX}, why);
}

enum saga_error mp_check_sent(struct span bytes, const char **why)
{
    return check(bytes, (struct bounds){.nodes = UINT32_MAX, .depth = MP_SHOWN_DEPTH_MAX}, why);
}
