/* memory_lists.h - lists of the sagas of a memory store. */
#ifndef STORE_MEMORY_LISTS_H
#define STORE_MEMORY_LISTS_H

#include "store/memory.h"

/* Does what store.h says of store_reader_ops.list. The caller holds the lock of the store; whether
 * the store has failed is not looked at here. */
MUST_CHECK enum saga_error memory_lists_show(const struct memory *memory,
                                             const struct store_filter *filter, store_item_fn fn,
                                             void *arg);

#endif
