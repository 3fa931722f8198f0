/* list_times.h - the sagas that started in a span of time.
 *
 * There is no index of the times. Sagas have ascending numbers, and between two rows of `clock`
 * their times never fall: so in each such run the sagas of a span of time stand side by side, and
 * their first and last are found by halving. */
#ifndef STORE_LIST_TIMES_H
#define STORE_LIST_TIMES_H

#include "store/reader.h"

struct list_times {
    int64_t from_ms;
    int64_t until_ms; /* not included */
    uint64_t low;     /* the run at hand has sagas of the span from here on, */
    uint64_t high;    /* up to here; less than low = none */
    uint64_t run;     /* where the run at hand begins; 0 = none is */
};

/* 0 for either end: there is none. */
void list_times_open(struct list_times *times, int64_t from_ms, int64_t until_ms);

/* *saga: the greatest number up to `most` that a saga of the span can have, or 0. `most` must
 * become smaller with each call. */
MUST_CHECK enum saga_error list_times_next(struct list_times *times, const struct reader *reader,
                                           uint64_t most, uint64_t *saga);

#endif
