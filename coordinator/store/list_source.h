/* list_source.h - the sagas that one condition of a list names, newest first.
 *
 * A source is asked for its greatest saga up to a number, and answers by one step in an index.
 * Where a condition has several places in an index (a state, paused or not; a name with many
 * versions), each place is a seek, and the source is all of them together. */
#ifndef STORE_LIST_SOURCE_H
#define STORE_LIST_SOURCE_H

#include "base/arena.h"
#include "store/reader.h"

struct list_seek {
    enum reader_query query;
    /* Second parameter of the query (for instance a status or a row of `kind`), if the query has
     * one. */
    int64_t number;
    struct span value; /* third parameter of the query, if it has one; borrowed */
    /* The saga that the query answered last; 0 = there are no more sagas at this place. */
    uint64_t at;
    bool is_asked;
};

struct list_source {
    struct list_seek *seeks; /* in the arena of the list */
    uint32_t count;
    uint32_t capacity;
};

/* Adds to the source one more place in an index, where sagas of the condition stand too.
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error list_source_add(struct list_source *source, struct arena *arena,
                                           const struct list_seek *seek);

/* *saga: the saga with the greatest number up to `most` that the condition of this source names; 0
 * = there is none. `most` must become smaller with each call. */
MUST_CHECK enum saga_error list_source_next(struct list_source *source, const struct reader *reader,
                                            uint64_t most, uint64_t *saga);

#endif
