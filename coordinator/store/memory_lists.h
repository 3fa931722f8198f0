/* memory_lists.h - lists of the sagas of a memory store. */
#ifndef STORE_MEMORY_LISTS_H
#define STORE_MEMORY_LISTS_H

#include "store/memory.h"

/* As store_reader_ops.list; under the lock, no check whether the store has failed. */
MUST_CHECK enum saga_error memory_lists_show(const struct memory *memory,
                                             const struct store_filter *filter, store_item_fn fn,
                                             void *arg);

#endif
