/* mint.c - UUIDv7 from a seeded generator.
 *
 * A minted id is a UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits that count within one
 * millisecond, 62 random bits. Ids of one process ascend. They are no secrets, so a seeded
 * generator serves, and a simulated run can be repeated. */
#include "peers/mint.h"

#include "base/check.h"

enum { COUNT_MAX = 0xfff, COUNT_START_MASK = 0x3ff };

static uint64_t draw(struct mint *mint)
{
    mint->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t word = mint->random;
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

void mint_id(struct mint *mint, int64_t now_ms, uint8_t text[UUID_TEXT])
{
    PRE(now_ms >= 0);
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
    uuid_v7(mint->id_ms, mint->count, random, text);
}
