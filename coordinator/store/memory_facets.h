/* memory_facets.h - facets of the memory store: an array in no order. */
#ifndef STORE_MEMORY_FACETS_H
#define STORE_MEMORY_FACETS_H

#include "store/store.h"

struct memory_facets {
    struct facet_row *rows; /* owned; those that stand; their values lie in the store's arena */
    size_t count;
    size_t capacity;
};

void memory_facets_close(struct memory_facets *facets);
/* Room for what the batch brings: afterwards memory_facets_commit() fails in the arena only. */
MUST_CHECK enum saga_error memory_facets_reserve(struct memory_facets *facets,
                                                 const struct rows *rows);
/* *ok is set to false when the arena has no more memory, else kept. */
void memory_facets_commit(struct memory_facets *facets, const struct rows *rows,
                          struct arena *arena, bool *ok);

/* Has the saga all facets that the filter asks for? */
/* The alerts of the saga that stand: 1 << enum alert for each. */
uint32_t memory_facets_alerts(const struct memory_facets *facets, uint64_t saga);
bool memory_facets_match(const struct memory_facets *facets, uint64_t saga,
                         const struct store_filter *filter);

#endif
