/* memory_facets.c - the twin of the table facet. */
#include "store/memory_facets.h"

#include <stdlib.h>

#include "store/memory_array.h"

void memory_facets_close(struct memory_facets *facets)
{
    PRE(facets->count <= facets->capacity);
    free(facets->rows);
    *facets = (struct memory_facets){0};
}

enum saga_error memory_facets_reserve(struct memory_facets *facets, const struct rows *rows)
{
    void *items = facets->rows;
    enum saga_error rc = memory_array_reserve(&items, &facets->capacity, sizeof(*facets->rows),
                                              facets->count + rows->facet_count);
    facets->rows = items;
    IMPLIES(rc == SAGA_OK, facets->capacity - facets->count >= rows->facet_count);
    return rc;
}

/* Index of the facet of this saga, kind and value in the array; facets->count: the saga does not
 * have it. */
static size_t place_of(const struct memory_facets *facets, uint64_t saga, enum facet_kind kind,
                       struct span value)
{
    PRE(saga > 0);
    for (size_t at = 0; at < facets->count; at++) {
        const struct facet_row *row = &facets->rows[at];
        if (row->saga == saga && row->kind == kind && span_equal(row->value, value)) {
            return at;
        }
    }
    return facets->count;
}

void memory_facets_commit(struct memory_facets *facets, const struct rows *rows,
                          struct arena *arena, bool *ok)
{
    for (uint32_t i = 0; i < rows->facet_count; i++) {
        const struct facet_row *row = &rows->facets[i];
        size_t at = place_of(facets, row->saga, row->kind, row->value);
        if (row->has_ended && at < facets->count) {
            facets->rows[at] = facets->rows[--facets->count];
        }
        if (!row->has_ended && at == facets->count) {
            CHECK(facets->count < facets->capacity);
            facets->rows[facets->count] = *row;
            facets->rows[facets->count++].value = arena_copy(arena, row->value, ok);
        }
    }
}

uint32_t memory_facets_alerts(const struct memory_facets *facets, uint64_t saga)
{
    uint32_t alerts = 0;
    PRE(saga > 0);
    for (uint32_t i = 0; i < ALERT_COUNT; i++) {
        struct span name = span_text(alert_name((enum alert)i));
        alerts |= place_of(facets, saga, FACET_ALERT, name) < facets->count ? 1u << i : 0u;
    }
    return alerts;
}

bool memory_facets_match(const struct memory_facets *facets, uint64_t saga,
                         const struct store_filter *filter)
{
    PRE(filter->facet_count <= STORE_FACETS_MAX);
    for (uint32_t i = 0; i < filter->facet_count; i++) {
        const struct store_facet *facet = &filter->facets[i];
        if (place_of(facets, saga, facet->kind, facet->value) == facets->count) {
            return false;
        }
    }
    return true;
}
