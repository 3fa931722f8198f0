/* utf8.c - the well-formed sequences of Unicode 15, table 3-7, as a table.
 *
 * What follows the first byte is 80..BF, but for a few first bytes whose second byte has a narrower
 * range: that is what keeps out overlong forms, surrogates and too large numbers. */
#include "base/utf8.h"

#include "base/check.h"

struct row {
    uint8_t first_low;   /* first byte from */
    uint8_t first_high;  /* to */
    uint8_t second_low;  /* second byte from */
    uint8_t second_high; /* to */
    uint8_t size;        /* bytes in all */
};

static const struct row rows[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t utf8_size(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] < 0x80) {
        return 1;
    }
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        if (data[0] < row->first_low || data[0] > row->first_high) {
            continue;
        }
        if (size < row->size || data[1] < row->second_low || data[1] > row->second_high) {
            return 0;
        }
        for (size_t at = 2; at < row->size; at++) {
            if ((data[at] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return row->size;
    }
    return 0;
}

uint32_t utf8_read(const uint8_t *data, size_t size)
{
    PRE(size >= 1 && size <= 4);
    static const uint8_t masks[] = {0x7f, 0x1f, 0x0f, 0x07};
    uint32_t character = data[0] & masks[size - 1];
    for (size_t at = 1; at < size; at++) {
        character = character << 6 | (data[at] & 0x3f);
    }
    return character;
}

size_t utf8_write(uint8_t data[4], uint32_t character)
{
    PRE(character <= 0x10ffff);
    static const uint8_t heads[] = {0x00, 0xc0, 0xe0, 0xf0};
    size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t at = size - 1; at > 0; at--) {
        data[at] = (uint8_t)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    data[0] = (uint8_t)(heads[size - 1] | character);
    return size;
}

bool utf8_is_valid(struct span text)
{
    if (utf8_is_ascii(text)) {
        return true;
    }
    for (size_t at = 0; at < text.size;) {
        size_t size = utf8_size(text.data + at, text.size - at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

/* Unicode's property White_Space, which has not changed since version 6.3, and what Python (the
 * separators from U+001C on) and JavaScript (U+FEFF) take for white space besides. */
static bool is_space(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } spaces[] = {{0x9, 0xd},       {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
                  {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
                  {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
    for (size_t i = 0; i < ARRAY_COUNT(spaces); i++) {
        if (character >= spaces[i].first && character <= spaces[i].last) {
            return true;
        }
    }
    return false;
}

bool utf8_is_blank(struct span text)
{
    PRE(utf8_is_valid(text));
    for (size_t at = 0; at < text.size;) {
        size_t size = utf8_size(text.data + at, text.size - at);
        if (!is_space(utf8_read(text.data + at, size))) {
            return false;
        }
        at += size;
    }
    return true;
}

void utf8_cut(char *text)
{
    size_t size = strlen(text);
    while (size > 0 && !utf8_is_valid(span_of(text, size))) {
        size--;
    }
    text[size] = '\0';
}
