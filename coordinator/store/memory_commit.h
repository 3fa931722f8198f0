/* memory_commit.h - a batch becomes part of a memory store. */
#ifndef STORE_MEMORY_COMMIT_H
#define STORE_MEMORY_COMMIT_H

#include "store/memory.h"

/* Under the lock. SAGA_STORE_CORRUPT when the batch contradicts what is there, SAGA_NO_MEMORY:
 * after either the store has failed, for half of the batch may be there. */
MUST_CHECK enum saga_error memory_commit(struct memory *memory, const struct rows *rows);

#endif
