/* slabs.h - items of one size, allocated many at once and never given back before the end.
 *
 * An item has a number for ever, and its address stays. */
#ifndef PARTICIPANTS_SLABS_H
#define PARTICIPANTS_SLABS_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

enum {
    SLABS_EACH = 64,  /* items of a slab */
    SLABS_MAX = 8192, /* slabs: far more than the widest window needs */
};

struct slabs {
    void **slabs;     /* owned: room for SLABS_MAX pointers */
    uint32_t count;   /* slabs in use */
    size_t item_size; /* bytes */
};

MUST_CHECK enum saga_error slabs_open(struct slabs *slabs, size_t item_size);
/* What the items own is the caller's to give back before. */
void slabs_close(struct slabs *slabs);
/* Adds SLABS_EACH items, all bytes zero, and gives the number of the first in *first.
 * SAGA_NO_MEMORY: there is none, or there are SLABS_MAX slabs. */
MUST_CHECK enum saga_error slabs_grow(struct slabs *slabs, uint32_t *first);

static inline uint32_t slabs_item_count(const struct slabs *slabs)
{
    return slabs->count * SLABS_EACH;
}

static inline void *slabs_item(const struct slabs *slabs, uint32_t number)
{
    char *slab = slabs->slabs[number / SLABS_EACH];
    return slab + number % SLABS_EACH * slabs->item_size;
}

#endif
