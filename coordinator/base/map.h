/* map.h - a hash map from borrowed keys to pointers (open addressing, grows by doubling).
 *
 * A key is bytes that live inside the value, and so live as long as the entry. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct map_slot {
    struct span key; /* no data: free */
    void *value;
    uint64_t hash;
};

struct map {
    struct map_slot *slots; /* owned */
    size_t capacity;        /* a power of two, or 0 */
    size_t count;
};

/* The hash of a key; the same in every map, for whoever keeps a table of another form. */
uint64_t map_hash(struct span key);
/* An empty map; takes no memory yet. */
void map_open(struct map *map);
/* Gives the memory back; the values are their owners'. */
void map_close(struct map *map);
/* The value, or NULL. */
void *map_get(const struct map *map, struct span key);
/* Adds or replaces. SAGA_NO_MEMORY leaves the map as it was. Keeps key.data. */
MUST_CHECK enum saga_error map_put(struct map *map, struct span key, void *value);
/* Gives back what was there, or NULL. */
void *map_drop(struct map *map, struct span key);
/* Walks all entries in no order: start with *at = 0; NULL at the end. Do not change the map. */
void *map_next(const struct map *map, size_t *at);

#endif
