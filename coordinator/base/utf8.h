/* utf8.h - is it UTF-8? Overlong forms, surrogates and what lies beyond U+10FFFF are not. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/span.h"

/* Bytes (1 to 4) of the first character, or 0 when the bytes do not begin with one. */
size_t utf8_size(const uint8_t *data, size_t size);
/* Is all of it UTF-8? Nothing is. */
bool utf8_is_valid(struct span text);

#endif
