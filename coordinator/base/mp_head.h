/* mp_head.h - reads the first bytes of one msgpack value; for the mp_*.c files and plain.h.
 *
 * A value is a head (tag byte, and the number or length after it), for str and bin then the body,
 * for arrays and maps then the elements, each a value. Inline, because every byte that comes in or
 * is read back passes here. */
#ifndef BASE_MP_HEAD_H
#define BASE_MP_HEAD_H

#include "base/mp.h"

struct mp_head {
    enum mp_type type; /* MP_NONE: cut short, ext, or the tag that is never used */
    bool is_huge;      /* an int above INT64_MAX; bits is unsigned then */
    uint32_t size;     /* bytes of the head */
    uint64_t bits;     /* int (two's complement), double, bool; length of str, bin; count */
};

/* What the tags 0xc0 to 0xdf mean: the type, and how many bytes of number follow the tag. */
struct mp_tag {
    uint8_t type;      /* enum mp_type */
    uint8_t width;     /* 0, 1, 2, 4, 8 */
    uint8_t is_signed; /* the number is two's complement */
    uint8_t bits;      /* the number when width is 0 */
};

extern const struct mp_tag mp_tags[32];

static inline uint64_t mp_load(const uint8_t *at, uint32_t width)
{
    switch (width) {
    case 1:
        return at[0];
    case 2:
        return (uint64_t)at[0] << 8 | at[1];
    case 4:
        return (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
    case 8:
        return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 |
               (uint64_t)at[3] << 32 | (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
               (uint64_t)at[6] << 8 | at[7];
    default:
        return 0;
    }
}

static inline double mp_double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline uint64_t mp_widen(uint64_t bits)
{
    uint32_t narrow = (uint32_t)bits;
    float value;
    memcpy(&value, &narrow, sizeof(value));
    double wide = (double)value;
    memcpy(&bits, &wide, sizeof(bits));
    return bits;
}

/* The head of a value whose tag is one of 0xc0 to 0xdf. */
static inline struct mp_head mp_head_tagged(const uint8_t *at, size_t left)
{
    const struct mp_tag *tag = &mp_tags[at[0] - 0xc0];
    if (left <= tag->width || tag->type == MP_NONE) {
        return (struct mp_head){.type = MP_NONE};
    }
    struct mp_head head = {.type = (enum mp_type)tag->type, .size = 1u + tag->width};
    head.bits = tag->width == 0 ? tag->bits : mp_load(at + 1, tag->width);
    if (head.type == MP_INT) {
        if (tag->is_signed && tag->width < 8) {
            uint64_t sign = UINT64_C(1) << (8 * tag->width - 1);
            head.bits = (head.bits ^ sign) - sign;
        }
        head.is_huge = !tag->is_signed && head.bits > INT64_MAX;
    } else if (head.type == MP_DOUBLE && tag->width == 4) {
        head.bits = mp_widen(head.bits);
    }
    return head;
}

/* The head at `at`; nothing at or after `end` is read. A body is not looked at. */
static inline struct mp_head mp_head_read(const uint8_t *at, const uint8_t *end)
{
    if (at >= end) {
        return (struct mp_head){.type = MP_NONE};
    }
    uint8_t tag = at[0];
    if (tag < 0x80) {
        return (struct mp_head){.type = MP_INT, .size = 1, .bits = tag};
    }
    if (tag < 0x90) {
        return (struct mp_head){.type = MP_MAP, .size = 1, .bits = tag & 0x0f};
    }
    if (tag < 0xa0) {
        return (struct mp_head){.type = MP_ARRAY, .size = 1, .bits = tag & 0x0f};
    }
    if (tag < 0xc0) {
        return (struct mp_head){.type = MP_STR, .size = 1, .bits = tag & 0x1f};
    }
    if (tag >= 0xe0) {
        return (struct mp_head){.type = MP_INT, .size = 1, .bits = (uint64_t)tag - 0x100};
    }
    return mp_head_tagged(at, (size_t)(end - at));
}

#endif
