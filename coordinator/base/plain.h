/* plain.h - a quick yes for plain values; whatever else comes is mp_check()'s to judge.
 *
 * Nearly all that comes is small: texts, small numbers, short maps of those. That such a value is
 * good can be seen while it is read, at a fraction of what mp_check() costs, which must be ready
 * for everything. So a reader asks here first, and on a no it asks mp_check(): only the time
 * differs, never the verdict. */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include "base/mp.h"
#include "base/utf8.h"

enum {
    PLAIN_SIZE_MAX = 65536, /* bytes: no message so short has too many values */
    PLAIN_DEPTH_MAX = 4,    /* arrays and maps in one another */
    PLAIN_PAIR_MAX = 8,     /* of one map */
    PLAIN_TEXT_MAX = 31,    /* bytes of a key */
};

/* A plain value that was read: texts, integers and bools with what they are. */
struct plain {
    enum mp_type type;
    struct span text; /* of a str */
    int64_t number;   /* an int, a bool */
};

enum { PLAIN_HEAD_MAX = 5 }; /* bytes that plain_put() writes beside the text */

/* Packs a text where there is room for it, in the shortest form; gives the byte after it. */
static inline uint8_t *plain_put(uint8_t *at, struct span text)
{
    if (text.size <= PLAIN_TEXT_MAX) {
        *at++ = (uint8_t)(0xa0 | text.size);
    } else {
        size_t width = text.size <= UINT8_MAX ? 1 : text.size <= UINT16_MAX ? 2 : 4;
        *at++ = (uint8_t)(0xd9 + width / 2);
        for (size_t i = width; i-- > 0;)
            *at++ = (uint8_t)(text.size >> (8 * i));
    }
    if (text.size > 0)
        memcpy(at, text.data, text.size);
    return at + text.size;
}

/* As mp_put_str(), but a short text, as most are, with one write. */
static inline void plain_put_text(struct buf *buf, struct span text)
{
    uint8_t *room = NULL;
    if (text.size > PLAIN_TEXT_MAX)
        mp_put_str(buf, text);
    else
        room = buf_reserve(buf, 1 + text.size);
    if (room != NULL)
        (void)plain_put(room, text);
}

/* Steps over an array or a map. False when there is none or it is not plain. */
bool plain_skip(const uint8_t **at, const uint8_t *end);
/* Is it exactly one plain value? */
bool plain_is(struct span value);

/* `width` bytes, big end first. */
static inline uint64_t plain_load(const uint8_t *at, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | at[i];
    return value;
}

/* A text whose head is read: size bytes that are UTF-8. */
static inline bool plain_text(const uint8_t **at, const uint8_t *end, size_t size,
                              struct span *text)
{
    if (size > (size_t)(end - *at))
        return false;
    *text = span_of(*at, size);
    *at += size;
    return utf8_is_ascii(*text) || utf8_is_valid(*text);
}

/* What has one of the tags 0xc0 to 0xdf; *at is behind it. */
static inline bool plain_tagged(uint8_t tag, const uint8_t **at, const uint8_t *end,
                                struct plain *plain)
{
    /* Bytes of length or number behind the tags 0xc0 to 0xdf; 9: not plain. */
    static const uint8_t widths[32] = {0, 9, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 4, 8,
                                       9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 9};
    size_t width = widths[tag - 0xc0];
    if (width > (size_t)(end - *at))
        return false;
    uint64_t bits = plain_load(*at, width == 9 ? 0 : width);
    *at += width;
    if (tag == 0xc0) {
        plain->type = MP_NIL;
        return true;
    }
    if (tag <= 0xc3) {
        plain->type = MP_BOOL;
        plain->number = tag == 0xc3;
        return width != 9;
    }
    if (tag >= 0xd9) {
        plain->type = MP_STR;
        return width != 9 && plain_text(at, end, (size_t)bits, &plain->text);
    }
    plain->type = MP_INT;
    plain->number = (int64_t)bits;
    return width != 9 && bits <= (uint64_t)MP_INT_MAX;
}

static inline bool plain_is_container(const uint8_t *at, const uint8_t *end)
{
    return at != end && ((*at >= 0x80 && *at < 0xa0) || *at == 0xdc);
}

/* Reads a value that is neither array nor map. False when it is not plain, or one of those. */
static inline bool plain_scalar(const uint8_t **at, const uint8_t *end, struct plain *plain)
{
    if (*at == end)
        return false;
    uint8_t tag = **at;
    *at += 1;
    if (tag >= 0xa0 && tag < 0xc0) {
        plain->type = MP_STR;
        return plain_text(at, end, tag & 0x1f, &plain->text);
    }
    if (tag < 0x80) {
        plain->type = MP_INT;
        plain->number = tag;
        return true;
    }
    return tag >= 0xc0 && tag < 0xe0 && plain_tagged(tag, at, end, plain);
}

/* Reads one value and steps over it. False when it is not plain; *at is of no use then. */
static inline bool plain_read(const uint8_t **at, const uint8_t *end, struct plain *plain)
{
    if (!plain_is_container(*at, end))
        return plain_scalar(at, end, plain);
    plain->type = **at < 0x90 ? MP_MAP : MP_ARRAY;
    return plain_skip(at, end);
}

#endif
