/* mint.c - UUIDv7 from a seeded generator.
 *
 * A minted id is a UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits that count within one
 * millisecond, 62 random bits. Ids of one process ascend. They are no secrets, so a seeded
 * generator serves, and a simulated run can be repeated. */
#include "peers/mint.h"

#include "base/check.h"
#include "base/digest.h"

enum { COUNT_MAX = 0xfff, COUNT_START_MASK = 0x3ff };

static uint64_t draw(struct mint *mint)
{
    mint->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t word = mint->random;
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

static void store(uint8_t *at, uint64_t word, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(word >> 8 * (size - 1 - i));
    }
}

void mint_id(struct mint *mint, int64_t now_ms, uint8_t text[ID_UUID_SIZE])
{
    uint64_t random = draw(mint);
    if (now_ms > mint->id_ms) {
        mint->id_ms = now_ms;
        mint->count = (uint32_t)(random >> 48) & COUNT_START_MASK;
    } else if (mint->count == COUNT_MAX) {
        mint->id_ms++;
        mint->count = 0;
    } else {
        mint->count++;
    }
    uint8_t bytes[16];
    store(bytes, (uint64_t)mint->id_ms, 6);
    store(bytes + 6, UINT64_C(0x7000) | mint->count, 2);
    store(bytes + 8, (random & UINT64_C(0x3fffffffffffffff)) | UINT64_C(0x8000000000000000), 8);

    char hex[2 * sizeof(bytes) + 1];
    digest_hex(span_of(bytes, sizeof(bytes)), hex);
    static const uint8_t groups[] = {8, 4, 4, 4, 12};
    uint32_t from = 0;
    uint32_t to = 0;
    for (uint32_t i = 0; i < ARRAY_COUNT(groups); i++) {
        memcpy(text + to, hex + from, groups[i]);
        from += groups[i];
        to += groups[i];
        if (to < ID_UUID_SIZE) {
            text[to++] = '-';
        }
    }
    POST(to == ID_UUID_SIZE);
}
