/* small_seen.c - a table with open addressing. An entry is a digest, and after how few events its
 * state was reached in the lowest byte; zero is an empty one. */
#include "small_seen.h"

#include <stdlib.h>
#include <string.h>

#include "small.h"
#include "small_image.h"

enum { ROOM_MIN = 1 << 12 };

static uint64_t *entries; /* owned */
static size_t room;       /* a power of two */
static size_t count;

static uint64_t *find(uint64_t digest)
{
    size_t at = (digest >> 8) & (room - 1);
    while (entries[at] != 0 && (entries[at] | 0xff) != (digest | 0xff)) {
        at = (at + 1) & (room - 1);
    }
    return &entries[at];
}

/* The table is no part of the world: no image has it. */
static void grow(void)
{
    uint64_t *old = entries;
    size_t old_room = room;
    small_image_hold(true);
    room = room > 0 ? 2 * room : ROOM_MIN;
    entries = calloc(room, sizeof(*entries));
    must(entries, "memory");
    for (size_t i = 0; i < old_room; i++) {
        if (old[i] != 0) {
            *find(old[i]) = old[i];
        }
    }
    free(old);
    small_image_hold(false);
}

void small_seen_clear(void)
{
    if (count > 0) {
        memset(entries, 0, room * sizeof(*entries));
    }
    count = 0;
}

enum seen small_seen(uint64_t digest, uint8_t events)
{
    if (2 * count >= room) {
        grow();
    }
    uint64_t state = digest & ~UINT64_C(0xff);
    uint64_t *entry = find(digest);
    enum seen before = *entry == 0                ? SEEN_NEVER
                       : events < (*entry & 0xff) ? SEEN_LATER
                                                  : SEEN_SOONER;
    if (before != SEEN_SOONER) {
        *entry = state | events;
    }
    count += before == SEEN_NEVER;
    return before;
}

void small_seen_free(void)
{
    free(entries);
    entries = NULL;
    room = count = 0;
}
