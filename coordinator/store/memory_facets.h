/* memory_facets.h - facets of the memory store: an array in no order. */
#ifndef STORE_MEMORY_FACETS_H
#define STORE_MEMORY_FACETS_H

#include "store/store.h"

struct memory_facets {
    /* Owned; the facets that sagas have now; the values lie in the arena of the store. */
    struct facet_row *rows;
    size_t count;
    size_t capacity;
};

void memory_facets_close(struct memory_facets *facets);
/* Makes room for the facets of the batch, so that memory_facets_commit() can fail only because the
 * arena has no memory. */
MUST_CHECK enum saga_error memory_facets_reserve(struct memory_facets *facets,
                                                 const struct rows *rows);
/* Applies the facets that the batch adds and removes. *ok becomes false when the arena has no more
 * memory, else stays as it is. */
void memory_facets_commit(struct memory_facets *facets, const struct rows *rows,
                          struct arena *arena, bool *ok);

/* The alerts that the saga has now: 1 << enum alert for each. */
uint32_t memory_facets_alerts(const struct memory_facets *facets, uint64_t saga);
/* Has the saga all facets that the filter asks for? */
bool memory_facets_match(const struct memory_facets *facets, uint64_t saga,
                         const struct store_filter *filter);

#endif
