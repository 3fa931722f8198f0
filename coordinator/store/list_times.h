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
    int64_t until_ms; /* sagas that started at this time or later are not shown */
    /* First saga of the run looked at that may have started within the span of time. */
    uint64_t low;
    uint64_t high; /* last such saga of the run; less than low = the run has none */
    uint64_t run;  /* first saga of the run that is looked at; 0 = none is looked at yet */
};

/* Begins a search for the sagas that started from from_ms on and before until_ms; 0 = no limit at
 * that end. */
void list_times_open(struct list_times *times, int64_t from_ms, int64_t until_ms);

/* *saga: the greatest number up to `most` that a saga of the span can have, or 0. `most` must
 * become smaller with each call. */
MUST_CHECK enum saga_error list_times_next(struct list_times *times, const struct reader *reader,
                                           uint64_t most, uint64_t *saga);

#endif
