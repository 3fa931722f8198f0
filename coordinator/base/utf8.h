/* utf8.h - whether bytes are UTF-8, and the characters in them. Overlong forms, surrogates and what
 * lies beyond U+10FFFF are not. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/span.h"

/* Bytes (1 to 4) of the first character, or 0 when the bytes do not begin with one. */
size_t utf8_size(const uint8_t *data, size_t size);
/* The first character, which takes `size` bytes as utf8_size() gives them. */
uint32_t utf8_read(const uint8_t *data, size_t size);
/* Writes a character, not a surrogate; gives its bytes (1 to 4). */
size_t utf8_write(uint8_t data[4], uint32_t character);
/* Is the whole text UTF-8? An empty one is. */
bool utf8_is_valid(struct span text);
/* Is this UTF-8 empty, or nothing but white space, Unicode's included? */
bool utf8_is_blank(struct span text);
/* Shortens a text that was cut in the middle of a character to its last whole one. */
void utf8_cut(char *text);

/* Is all of it ASCII, as nearly all text is? Inline, and by words: it is asked of every string that
 * comes in. The last load overlaps the one before it, so that no byte is left for a loop. */
static inline bool utf8_is_ascii(struct span text)
{
    uint64_t seen = 0;
    uint64_t word = 0;
    if (text.size >= 8) {
        for (size_t at = 0; at + 8 <= text.size; at += 8) {
            memcpy(&word, text.data + at, 8);
            seen |= word;
        }
        memcpy(&word, text.data + text.size - 8, 8);
        return ((seen | word) & UINT64_C(0x8080808080808080)) == 0;
    }
    if (text.size >= 4) {
        uint32_t first;
        uint32_t last;
        memcpy(&first, text.data, 4);
        memcpy(&last, text.data + text.size - 4, 4);
        return ((first | last) & 0x80808080u) == 0;
    }
    for (size_t at = 0; at < text.size; at++) {
        seen |= text.data[at];
    }
    return (seen & 0x80) == 0;
}

#endif
