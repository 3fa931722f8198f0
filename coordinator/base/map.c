/* map.c - open addressing with linear probing.
 *
 * A slot is free (no key) or an entry. A search goes from the slot that the hash names to the first
 * free one; at least a quarter is free, so it ends soon. Dropping an entry moves those behind it
 * back over the gap, so that no search is cut short and nothing is left to sweep out. */
#include "base/map.h"

#include <stdlib.h>

#include "base/check.h"

enum { CAPACITY_MIN = 16, SPARSE = 16 /* a map with one entry in so many slots is made smaller */ };

#define MIX_A UINT64_C(0x9e6c63d0a3f1b7c5)
#define MIX_B UINT64_C(0xc2f84b1d65e39a87)
#define MIX_C UINT64_C(0xb5297a4d3f84d5b5)

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

/* Every word is multiplied before it meets the state and the state after it, so that keys which
 * differ in few bits (trip-1, trip-2 ...) part at once; the end spreads high bits to the low ones,
 * which are those that choose the slot. */
uint64_t map_hash(struct span key)
{
    uint64_t state = MIX_C ^ key.size * MIX_A;
    const uint8_t *at = key.data;
    size_t left = key.size;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        state = rotate(state ^ rotate(word * MIX_A, 29), 27) * MIX_B;
    }
    if (left > 0) {
        uint64_t word = 0;
        memcpy(&word, at, left);
        state = rotate(state ^ rotate(word * MIX_A, 29), 27) * MIX_B;
    }
    state = (state ^ state >> 31) * MIX_C;
    state = (state ^ state >> 29) * MIX_A;
    return state ^ state >> 32;
}

/* An empty key may come without an address; a slot's key never does. */
static struct span key_of(struct span key)
{
    return !key.data ? span_text("") : key;
}

void map_open(struct map *map)
{
    *map = (struct map){0};
}

void map_close(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}

static struct map_slot *find(const struct map *map, struct span key, uint64_t hash)
{
    if (map->count == 0) {
        return NULL;
    }
    size_t mask = map->capacity - 1;
    for (size_t at = (size_t)hash & mask;; at = (at + 1) & mask) {
        struct map_slot *slot = &map->slots[at];
        if (!slot->key.data) {
            return NULL;
        }
        if (slot->hash == hash && span_equal(slot->key, key)) {
            return slot;
        }
    }
}

/* Puts an entry that is not in yet into the first free slot. */
static void place(struct map *map, const struct map_slot *entry)
{
    size_t mask = map->capacity - 1;
    size_t at = (size_t)entry->hash & mask;
    while (map->slots[at].key.data) {
        at = (at + 1) & mask;
    }
    map->slots[at] = *entry;
    map->count++;
}

/* Moves the entries into slots of which at most half are taken with one more entry. */
static bool rebuild(struct map *map)
{
    size_t capacity = CAPACITY_MIN;
    while (capacity / 2 < map->count + 1) {
        capacity *= 2;
    }
    struct map_slot *slots = calloc(capacity, sizeof(*slots));
    if (!slots) {
        return false;
    }
    struct map old = *map;
    *map = (struct map){.slots = slots, .capacity = capacity};
    for (size_t at = 0; at < old.capacity; at++) {
        if (old.slots[at].key.data) {
            place(map, &old.slots[at]);
        }
    }
    POST(map->count == old.count);
    free(old.slots);
    return true;
}

void *map_get(const struct map *map, struct span key)
{
    key = key_of(key);
    const struct map_slot *slot = find(map, key, map_hash(key));
    return slot ? slot->value : NULL;
}

enum saga_error map_put(struct map *map, struct span key, void *value)
{
    PRE(value != NULL);
    key = key_of(key);
    uint64_t hash = map_hash(key);
    struct map_slot *slot = find(map, key, hash);
    if (slot) {
        /* The old key lives in the old value, which may go now. */
        slot->key = key;
        slot->value = value;
        return SAGA_OK;
    }
    if (map->count >= map->capacity / 4 * 3 && !rebuild(map)) {
        return SAGA_NO_MEMORY;
    }
    place(map, &(struct map_slot){.key = key, .value = value, .hash = hash});
    POST(map->count < map->capacity);
    return SAGA_OK;
}

void *map_drop(struct map *map, struct span key)
{
    key = key_of(key);
    struct map_slot *slot = find(map, key, map_hash(key));
    if (!slot) {
        return NULL;
    }
    void *value = slot->value;
    size_t mask = map->capacity - 1;
    size_t gap = (size_t)(slot - map->slots);
    for (size_t at = (gap + 1) & mask; map->slots[at].key.data != NULL; at = (at + 1) & mask) {
        size_t home = (size_t)map->slots[at].hash & mask;
        /* An entry may move back to the gap unless its own search begins behind the gap. */
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            map->slots[gap] = map->slots[at];
            gap = at;
        }
    }
    map->slots[gap] = (struct map_slot){0};
    map->count--;
    if (map->capacity > CAPACITY_MIN && map->count < map->capacity / SPARSE) {
        (void)rebuild(map); /* without memory the map stays large */
    }
    return value;
}

void *map_next(const struct map *map, size_t *at)
{
    while (*at < map->capacity) {
        const struct map_slot *slot = &map->slots[(*at)++];
        if (slot->key.data) {
            return slot->value;
        }
    }
    return NULL;
}
