/* keys.c - open addressing with linear probing, as base/map.c, by marks alone. */
#include "participants/keys.h"

#include <stdlib.h>

#include "base/map.h"

enum { CAPACITY_MIN = 64 };

#define CAPACITY_MAX (UINT32_C(1) << 24) /* far above the bound of runs and memories */

void keys_open(struct keys *keys)
{
    *keys = (struct keys){0};
}

void keys_close(struct keys *keys)
{
    free(keys->entries);
    *keys = (struct keys){0};
}

uint32_t keys_mark(struct span key)
{
    return (uint32_t)map_hash(key);
}

static void place(struct keys *keys, struct keys_entry entry)
{
    uint32_t mask = keys->capacity - 1;
    uint32_t at = entry.mark & mask;
    while (keys->entries[at].ref != 0) {
        at = (at + 1) & mask;
    }
    keys->entries[at] = entry;
    keys->count++;
}

/* A quarter of the entries stays free, so that a search ends soon. */
static bool grow(struct keys *keys)
{
    uint32_t capacity = keys->capacity == 0 ? CAPACITY_MIN : keys->capacity * 2;
    if (capacity > CAPACITY_MAX) {
        return false;
    }
    struct keys_entry *entries = calloc(capacity, sizeof(*entries));
    if (!entries) {
        return false;
    }
    struct keys old = *keys;
    *keys = (struct keys){.entries = entries, .capacity = capacity};
    for (uint32_t at = 0; at < old.capacity; at++) {
        if (old.entries[at].ref != 0) {
            place(keys, old.entries[at]);
        }
    }
    POST(keys->count == old.count);
    free(old.entries);
    return true;
}

enum saga_error keys_put(struct keys *keys, uint32_t mark, uint32_t ref)
{
    PRE(ref != 0);
    if (keys->count >= keys->capacity / 4 * 3 && !grow(keys)) {
        return SAGA_NO_MEMORY;
    }
    place(keys, (struct keys_entry){mark, ref});
    return SAGA_OK;
}

static uint32_t place_of(const struct keys *keys, uint32_t mark, uint32_t ref)
{
    PRE(keys->count > 0);
    uint32_t mask = keys->capacity - 1;
    uint32_t at = mark & mask;
    while (keys->entries[at].ref != ref) {
        CHECK(keys->entries[at].ref != 0);
        at = (at + 1) & mask;
    }
    return at;
}

void keys_change(struct keys *keys, uint32_t mark, uint32_t old, uint32_t ref)
{
    PRE(ref != 0);
    keys->entries[place_of(keys, mark, old)].ref = ref;
}

void keys_drop(struct keys *keys, uint32_t mark, uint32_t ref)
{
    uint32_t mask = keys->capacity - 1;
    uint32_t gap = place_of(keys, mark, ref);
    for (uint32_t at = (gap + 1) & mask; keys->entries[at].ref != 0; at = (at + 1) & mask) {
        /* The entry may move back into the gap, unless a search for its mark begins behind the gap.
         */
        if (((at - keys->entries[at].mark) & mask) >= ((at - gap) & mask)) {
            keys->entries[gap] = keys->entries[at];
            gap = at;
        }
    }
    keys->entries[gap] = (struct keys_entry){0};
    keys->count--;
}

struct keys_search keys_search(const struct keys *keys, uint32_t mark)
{
    return (struct keys_search){mark, keys->capacity == 0 ? 0 : mark & (keys->capacity - 1)};
}

uint32_t keys_next(const struct keys *keys, struct keys_search *search)
{
    if (keys->count == 0) {
        return 0;
    }
    for (;;) {
        const struct keys_entry *entry = &keys->entries[search->at];
        if (entry->ref == 0) {
            return 0;
        }
        search->at = (search->at + 1) & (keys->capacity - 1);
        if (entry->mark == search->mark) {
            return entry->ref;
        }
    }
}
