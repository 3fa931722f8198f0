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

/* To be called for a record of anything that a saga does only after its start_at: from then on the
 * saga has begun, and its time limit counts. */
void fold_begin(struct saga *saga);

/* Completed, compensated or terminated: the record's type says which. */
MUST_CHECK bool fold_ended(struct saga *saga, const struct record *record, int64_t at_ms);

/* The saga is paused or goes on: because a person said so, because a result came while the saga was
 * parked, or because the saga has gone back to its save-point. */
MUST_CHECK bool fold_paused(struct saga *saga, const struct record *record, int64_t at_ms);

/* A person acted on the saga: does what follows at once from the verb in the record. step: the one
 * that the record names; NULL = none. */
MUST_CHECK bool fold_operator(struct saga *saga, struct step *step, const struct record *record,
                              int64_t at_ms);

#endif
