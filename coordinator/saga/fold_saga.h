/* fold_saga.h - the records of a saga as a whole: started, ended, parked, paused, moved on by a
 * person. */
#ifndef SAGA_FOLD_SAGA_H
#define SAGA_FOLD_SAGA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct record;
struct saga;
struct step;

/* The first record: the saga runs. Like all functions here: false = no memory, or (replay) a record
 * that makes no sense in the saga's state. */
MUST_CHECK bool fold_started(struct saga *saga, const struct record *record, int64_t at_ms);

/* A record of what a saga does when its start_at has come: from then on it has begun. */
void fold_begin(struct saga *saga);

/* Completed, compensated or terminated: the record's type says which. */
MUST_CHECK bool fold_ended(struct saga *saga, const struct record *record, int64_t at_ms);

/* Paused, or resumed: by a person, by a result that came while the saga was parked, or because the
 * saga stands at its save-point. */
MUST_CHECK bool fold_paused(struct saga *saga, const struct record *record, int64_t at_ms);

/* A person's verb: what follows from the verb at once. step: the one that the record names; NULL =
 * none. */
MUST_CHECK bool fold_operator(struct saga *saga, struct step *step, const struct record *record,
                              int64_t at_ms);

#endif
