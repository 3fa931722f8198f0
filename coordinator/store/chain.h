/* chain.h - the rows of one saga, found from a later one backwards. */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "base/arena.h"
#include "store/reader.h"

/* The records of a saga that are wanted: those with first <= seq < end. */
struct chain_range {
    uint64_t first;
    uint64_t end;
};

/* Reads into the image, whose head is set, the rows that hold records of the range, in order of
 * seq. SAGA_STORE_CORRUPT: the rows do not hang together; the image then has none. */
MUST_CHECK enum saga_error chain_read(struct reader *reader, const struct chain_range *range,
                                      struct arena *arena, struct saga_image *image);

#endif
