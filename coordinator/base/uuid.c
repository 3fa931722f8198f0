/* uuid.c - sixteen bytes, their version, and their text. */
#include "base/uuid.h"

#include "base/check.h"

enum { VERSION_AT = 6, VARIANT_AT = 8 };

static void put(uint8_t *at, uint64_t word, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(word >> 8 * (size - 1 - i));
    }
}

/* In groups of 8, 4, 4, 4 and 12 digits. */
static void write_text(uint8_t bytes[UUID_BYTES], uint8_t version, uint8_t text[UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    bytes[VERSION_AT] = (uint8_t)((bytes[VERSION_AT] & 0x0f) | version << 4);
    bytes[VARIANT_AT] = (uint8_t)((bytes[VARIANT_AT] & 0x3f) | 0x80);
    uint32_t to = 0;
    for (uint32_t i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text[to++] = '-';
        }
        text[to++] = (uint8_t)digits[bytes[i] >> 4];
        text[to++] = (uint8_t)digits[bytes[i] & 0x0f];
    }
    POST(to == UUID_TEXT);
}

void uuid_v7(int64_t at_ms, uint32_t count, uint64_t random, uint8_t text[UUID_TEXT])
{
    uint8_t bytes[UUID_BYTES];
    PRE(at_ms >= 0);
    PRE(count <= UUID_COUNT_MAX);
    put(bytes, (uint64_t)at_ms, 6);
    put(bytes + VERSION_AT, count, 2);
    put(bytes + VARIANT_AT, random, 8);
    write_text(bytes, 7, text);
}

void uuid_v8(const uint8_t bytes[UUID_BYTES], uint8_t text[UUID_TEXT])
{
    uint8_t copy[UUID_BYTES];
    memcpy(copy, bytes, sizeof(copy));
    write_text(copy, 8, text);
}
