/* memory_array.h - arrays of the memory store, which grow before a batch is applied. */
#ifndef STORE_MEMORY_ARRAY_H
#define STORE_MEMORY_ARRAY_H

#include <stddef.h>

#include "base/check.h"
#include "base/error.h"

/* Makes room in *items, an owned array, for `needed` items of `size` bytes in all. SAGA_NO_MEMORY:
 * the array is as it was. */
MUST_CHECK enum saga_error memory_array_reserve(void **items, size_t *capacity, size_t size,
                                                size_t needed);

#endif
