/* mint.c - UUIDv7 from a seeded generator.
 *
 * A minted id is a UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits that count within one
 * millisecond, 62 random bits. Ids of one process ascend. They are no secrets, so a seeded
 * generator serves, and a simulated run can be repeated. */
#include "peers/mint.h"

#include "base/check.h"
#include "base/draw.h"

enum { COUNT_START_MASK = 0x3ff };

void mint_id(struct mint *mint, int64_t now_ms, uint8_t text[UUID_TEXT])
{
    PRE(now_ms >= 0);
    uint64_t random = draw_next(&mint->random);
    if (now_ms > mint->id_ms) {
        mint->id_ms = now_ms;
        mint->count = (uint32_t)(random >> 48) & COUNT_START_MASK;
    } else if (mint->count == UUID_COUNT_MAX) {
        mint->id_ms++;
        mint->count = 0;
    } else {
        mint->count++;
    }
    uuid_v7(mint->id_ms, mint->count, random, text);
}
