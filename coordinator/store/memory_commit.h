/* memory_commit.h - a batch becomes part of a memory store. */
#ifndef STORE_MEMORY_COMMIT_H
#define STORE_MEMORY_COMMIT_H

#include "store/memory.h"

/* Adds a batch to the store; the caller holds the lock. SAGA_STORE_CORRUPT when the batch
 * contradicts what the store holds, SAGA_NO_MEMORY: the caller must let the store fail for good
 * then, for half of the batch may have been added. */
MUST_CHECK enum saga_error memory_commit(struct memory *memory, const struct rows *rows);

#endif
