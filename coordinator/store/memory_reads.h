/* memory_reads.h - what both the loop and other threads read of a memory store. */
#ifndef STORE_MEMORY_READS_H
#define STORE_MEMORY_READS_H

#include "store/memory.h"

/* Fills the image with the saga's rows in order of seq: the array lies in `arena`, the bytes of the
 * rows are not copied and belong to the store. SAGA_STORE_CORRUPT, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error memory_reads_rows(const struct memory *memory,
                                             const struct memory_saga *saga, struct arena *arena,
                                             struct saga_image *image);

/* As store.h says of the functions of these names; no check whether the store has failed. */
MUST_CHECK enum saga_error memory_reads_head(const struct memory *memory, struct span name,
                                             struct arena *arena, struct store_item *item);
MUST_CHECK enum saga_error memory_reads_one(const struct memory *memory, struct span name,
                                            struct arena *arena, struct saga_image *image);
MUST_CHECK enum saga_error memory_reads_name(const struct memory *memory, struct span text,
                                             struct name *found);

/* Opens a reader for another thread, as store.h says of store_ops.reader_open. */
MUST_CHECK enum saga_error memory_reads_open(struct store *store, struct store_reader **reader);

#endif
