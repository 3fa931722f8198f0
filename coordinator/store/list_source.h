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
    int64_t number;    /* second parameter of the query, if it has one */
    struct span value; /* third parameter of the query, if it has one; borrowed */
    uint64_t at;       /* what the query answered last; 0 = there are no more sagas */
    bool is_asked;
};

struct list_source {
    struct list_seek *seeks; /* in the arena of the list */
    uint32_t count;
    uint32_t capacity;
};

/* Adds a place to a source. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error list_source_add(struct list_source *source, struct arena *arena,
                                           const struct list_seek *seek);

/* *saga: the greatest number up to `most` of a saga of the source, or 0. `most` must become smaller
 * with each call. */
MUST_CHECK enum saga_error list_source_next(struct list_source *source, const struct reader *reader,
                                            uint64_t most, uint64_t *saga);

#endif
