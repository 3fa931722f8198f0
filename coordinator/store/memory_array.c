/* memory_array.c - an array that has no room is doubled. */
#include "store/memory_array.h"

#include <stdint.h>
#include <stdlib.h>

enum { ARRAY_MIN = 64 };

enum saga_error memory_array_reserve(void **items, size_t *capacity, size_t size, size_t needed)
{
    PRE(size > 0);
    PRE(needed <= SIZE_MAX / size / 2);
    if (needed <= *capacity) {
        return SAGA_OK;
    }
    size_t wanted = *capacity < ARRAY_MIN ? ARRAY_MIN : *capacity * 2;
    if (wanted < needed) {
        wanted = needed;
    }
    void *grown = realloc(*items, wanted * size);
    if (!grown) {
        return SAGA_NO_MEMORY;
    }
    *items = grown;
    *capacity = wanted;
    POST(*capacity >= needed);
    return SAGA_OK;
}
