/* uuid.h - ids that nobody else has (RFC 9562). */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/span.h"

enum {
    UUID_BYTES = 16,
    UUID_TEXT = 36,
    UUID_COUNT_MAX = 0xfff, /* of ids of one millisecond, from 0 */
};

/* Version 7, as text: 48 bits of milliseconds, 12 bits that count within one of them, 62 random
 * bits. Those of later times, and of greater counts, come later in the order of texts. */
void uuid_v7(int64_t at_ms, uint32_t count, uint64_t random, uint8_t text[UUID_TEXT]);
/* Version 8, as text: what the bytes say, but for six bits. */
void uuid_v8(const uint8_t bytes[UUID_BYTES], uint8_t text[UUID_TEXT]);

#endif
