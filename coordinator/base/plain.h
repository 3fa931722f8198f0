/* plain.h - a quick yes for plain values; whatever else comes is mp_check()'s to judge.
 *
 * Nearly all that comes is small: texts, small numbers, short maps of those. That such a value is
 * good can be seen while it is read, at a fraction of what mp_check() costs, which must be ready
 * for everything. So a reader asks here first, and on a no it asks mp_check(): only the time
 * differs, never the verdict. */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include "base/mp_head.h"
#include "base/utf8.h"

enum {
    PLAIN_SIZE_MAX = 65536, /* bytes: no message so short has too many values */
    PLAIN_DEPTH_MAX = 4,    /* arrays and maps in one another */
    PLAIN_PAIR_MAX = 8,     /* pairs of one map */
    PLAIN_TEXT_MAX = 31,    /* bytes of a key */
};

/* A plain value that was read: texts, integers and bools with what they are. */
struct plain {
    enum mp_type type;
    struct span text; /* of a str */
    int64_t number;   /* an int, a bool */
};

enum { PLAIN_HEAD_MAX = 5 }; /* bytes of the longest head of a text, or of an array */

/* Packs the head of a text of `size` bytes, in the shortest form; gives the byte after it. */
static inline uint8_t *plain_put_head(uint8_t *at, size_t size)
{
    if (size <= PLAIN_TEXT_MAX) {
        *at++ = (uint8_t)(0xa0 | size);
        return at;
    }
    size_t width = size <= UINT8_MAX ? 1 : size <= UINT16_MAX ? 2 : 4;
    *at++ = (uint8_t)(0xd9 + width / 2);
    for (size_t i = width; i-- > 0;) {
        *at++ = (uint8_t)(size >> (8 * i));
    }
    return at;
}

/* Packs a text where there is room for it, in the shortest form; gives the byte after it. */
static inline uint8_t *plain_put(uint8_t *at, struct span text)
{
    at = plain_put_head(at, text.size);
    if (text.size > 0) {
        memcpy(at, text.data, text.size);
    }
    return at + text.size;
}

/* As mp_put_str(), but a short text, as most are, with one write. */
static inline void plain_put_text(struct buf *buf, struct span text)
{
    uint8_t *room = NULL;
    if (text.size > PLAIN_TEXT_MAX) {
        mp_put_str(buf, text);
    } else {
        room = buf_reserve(buf, 1 + text.size);
    }
    if (room) {
        (void)plain_put(room, text);
    }
}

/* Steps over an array or a map. False when there is none or it is not plain. */
bool plain_skip(const uint8_t **at, const uint8_t *end);
/* Is it exactly one plain value? */
bool plain_is(struct span value);

/* A text whose head is read: size bytes that are UTF-8. */
static inline bool plain_text(const uint8_t **at, const uint8_t *end, size_t size,
                              struct span *text)
{
    if (size > (size_t)(end - *at)) {
        return false;
    }
    *text = span_of(*at, size);
    *at += size;
    return utf8_is_ascii(*text) || utf8_is_valid(*text);
}

static inline bool plain_is_container(const uint8_t *at, const uint8_t *end)
{
    return at != end && ((*at >= 0x80 && *at < 0xa0) || *at == 0xdc);
}

/* Reads a value that is neither array nor map. False when it is not plain, or one of those. */
static inline bool plain_scalar(const uint8_t **at, const uint8_t *end, struct plain *plain)
{
    struct mp_head head = mp_head_read(*at, end);
    *at += head.size;
    plain->type = head.type;
    plain->number = (int64_t)head.bits;
    if (head.type == MP_STR) {
        return plain_text(at, end, (size_t)head.bits, &plain->text);
    }
    if (head.type == MP_INT) {
        return head.bits <= (uint64_t)MP_INT_MAX;
    }
    return head.type == MP_NIL || head.type == MP_BOOL;
}

/* Reads one value and steps over it. False when it is not plain; *at is of no use then. */
static inline bool plain_read(const uint8_t **at, const uint8_t *end, struct plain *plain)
{
    if (!plain_is_container(*at, end)) {
        return plain_scalar(at, end, plain);
    }
    plain->type = **at < 0x90 ? MP_MAP : MP_ARRAY;
    return plain_skip(at, end);
}

/* A message, which is a map: how many pairs follow. False when it is none, or not plain. */
static inline bool plain_open(struct span message, const uint8_t **at, uint32_t *pairs)
{
    if (message.size == 0 || message.size > PLAIN_SIZE_MAX) {
        return false;
    }
    struct mp_head head = mp_head_read(message.data, message.data + message.size);
    *at = message.data + head.size;
    *pairs = (uint32_t)head.bits;
    return head.type == MP_MAP;
}

/* The key of a pair, if it is short. Whether it is UTF-8, and new, is for whoever knows the keys.
 */
static inline bool plain_key(const uint8_t **at, const uint8_t *end, struct span *key)
{
    if (*at == end || **at < 0xa0 || **at >= 0xc0 || (**at & 0x1f) >= end - *at) {
        return false;
    }
    *key = span_of(*at + 1, **at & 0x1f);
    *at += 1 + key->size;
    return true;
}

#endif
