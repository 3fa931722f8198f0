/* store_memory.h - the twin of the store, for tests: nothing is written anywhere. */
#ifndef STORE_STORE_MEMORY_H
#define STORE_STORE_MEMORY_H

#include "store/store.h"

/* A batch is committed when `durable` is called, unless told otherwise. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error store_memory_open(struct store **store);
/* The n-th submit from now fails for good (1 = the next); 0 = never. */
void store_memory_fail_at(struct store *store, uint64_t n);
/* Power loss: what `durable` has not counted is gone; the store may be used again as if opened
 * anew. */
void store_memory_crash(struct store *store);
/* hold: calls of `durable` commit nothing until a test calls this with false; a crash in between
 * loses the batch. */
void store_memory_hold(struct store *store, bool hold);

#endif
