/* mp.h - msgpack as sagad uses it: a validating walk, a cursor over checked bytes, and a packer.
 *
 * Everything that comes from outside is walked once by mp_check() before anything reads it. The
 * cursor may then assume well-formed bytes; on bytes of our own store it is the same code, and a
 * misread there sets `bad` instead of reading past the end. The data model is JSON's: nil, bool,
 * int, finite double, UTF-8 str, array, map with str keys. Our own records also use bin, never
 * user values. Packing goes through msgpack-c. */
#ifndef BASE_MP_H
#define BASE_MP_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

enum {
    MP_DEPTH_MAX = 28,    /* nested arrays and maps; msgpack-c itself stops at 32 */
    MP_NODE_MAX = 100000, /* values and keys in one message */
    MP_VALUE_DEPTH_MAX = MP_DEPTH_MAX - 1,  /* of a user's value: a message is a map around it */
    MP_SHOWN_DEPTH_MAX = MP_DEPTH_MAX + 20, /* with all that we put around values: history */
};

#define MP_INT_MAX INT64_C(9007199254740991) /* 2^53 - 1: what JavaScript reads exactly */

enum mp_type {
    MP_NONE, /* no value here: end of input, or a key that is absent */
    MP_NIL,
    MP_BOOL,
    MP_INT,
    MP_DOUBLE,
    MP_STR,
    MP_ARRAY,
    MP_MAP,
    MP_BIN,
};

/* Is `bytes` exactly one value of the data model, within the limits? SAGA_OK, and `*why` is NULL,
 * or SAGA_BAD_MESSAGE: `*why` then says what was wrong, as a literal ("duplicate key", "depth",
 * "not UTF-8" ...). SAGA_NO_MEMORY: maps of more than 64 keys in all need some, and there was none.
 * Unique keys, depth, nodes, claimed lengths, integers within +-(2^53-1), no bin, no ext. */
MUST_CHECK enum saga_error mp_check(struct span bytes, const char **why);

/* The same for what the coordinator sends. It puts values together, so only the bytes bound how
 * many there are, and they lie deeper: up to MP_SHOWN_DEPTH_MAX levels. */
MUST_CHECK enum saga_error mp_check_sent(struct span bytes, const char **why);

/* A cursor. Copy it to look ahead. */
struct mp {
    const uint8_t *at;
    const uint8_t *end;
    bool bad; /* a read met another type or the end; all later reads give zeroes */
};

/* A cursor at the first of the bytes. */
static inline struct mp mp_open(struct span bytes)
{
    /* Not even nothing may be added to a null pointer. */
    return (struct mp){bytes.data, bytes.size == 0 ? bytes.data : bytes.data + bytes.size, false};
}

enum mp_type mp_peek(const struct mp *mp);
/* Each reads one value or sets bad. */
void mp_nil(struct mp *mp);
bool mp_bool(struct mp *mp);
int64_t mp_int(struct mp *mp);
uint64_t mp_uint(struct mp *mp);
double mp_double(struct mp *mp); /* takes an int too */
struct span mp_str(struct mp *mp);
struct span mp_bin(struct mp *mp);
uint32_t mp_array(struct mp *mp); /* the count; the elements follow */
uint32_t mp_map(struct mp *mp);   /* the count of pairs; key, value, key, value follow */
/* Steps over one value of any kind and gives its bytes. */
struct span mp_skip(struct mp *mp);
/* The same, and adds to *count how many values and keys it stepped over. */
struct span mp_skip_counted(struct mp *mp, uint64_t *count);

/* How much there is of one value. A scalar is 1 node and no level. */
struct mp_extent {
    uint64_t nodes; /* values and keys */
    uint32_t depth; /* arrays and maps inside each other; more than MP_SHOWN_DEPTH_MAX: too many */
};
struct mp_extent mp_extent(struct span value);

/* The type of the value that `value` holds; MP_NONE when it is empty. */
enum mp_type mp_type(struct span value);
/* The value under `key` in the map `map`; an empty span when absent or `map` is no map. */
struct span mp_find(struct span map, struct span key);
/* The element at `index` (from 0) of an array; an empty span when there is none. */
struct span mp_at(struct span array, uint64_t index);
/* Do two values mean the same? Maps without regard to order, 1 and 1.0 alike. */
bool mp_equal(struct span a, struct span b);

/* Append one value; of an array or a map its head, for elements or pairs that follow. */
void mp_put_nil(struct buf *buf);
void mp_put_bool(struct buf *buf, bool value);
void mp_put_int(struct buf *buf, int64_t value);
void mp_put_uint(struct buf *buf, uint64_t value);
void mp_put_double(struct buf *buf, double value);
void mp_put_str(struct buf *buf, struct span text);
void mp_put_text(struct buf *buf, const char *text);
void mp_put_bin(struct buf *buf, struct span bytes);
void mp_put_array(struct buf *buf, uint32_t count);
void mp_put_map(struct buf *buf, uint32_t count);
/* One packed value as it is; nil when the span is empty. */
void mp_put_value(struct buf *buf, struct span value);

#define MP_NIL_VALUE ((struct span){(const uint8_t *)"\xc0", 1})

#endif
