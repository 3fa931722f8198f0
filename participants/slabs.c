/* slabs.c - one allocation for many items, so that no task has to wait for malloc(). */
#include "participants/slabs.h"

#include <stdlib.h>

enum saga_error slabs_open(struct slabs *slabs, size_t item_size)
{
    PRE(item_size > 0);
    *slabs = (struct slabs){.item_size = item_size};
    slabs->slabs = calloc(SLABS_MAX, sizeof(*slabs->slabs));
    return slabs->slabs ? SAGA_OK : SAGA_NO_MEMORY;
}

void slabs_close(struct slabs *slabs)
{
    for (uint32_t i = 0; i < slabs->count; i++) {
        free(slabs->slabs[i]);
    }
    free(slabs->slabs);
    *slabs = (struct slabs){0};
}

enum saga_error slabs_grow(struct slabs *slabs, uint32_t *first)
{
    if (slabs->count == SLABS_MAX) {
        return SAGA_NO_MEMORY;
    }
    void *slab = calloc(SLABS_EACH, slabs->item_size);
    if (!slab) {
        return SAGA_NO_MEMORY;
    }
    *first = slabs_item_count(slabs);
    slabs->slabs[slabs->count++] = slab;
    POST(*first < slabs_item_count(slabs));
    return SAGA_OK;
}
