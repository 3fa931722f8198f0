/* fold_open.h - the records of open sagas: steps registered, completed, and the commit. */
#ifndef SAGA_FOLD_OPEN_H
#define SAGA_FOLD_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct call;
struct record;
struct saga;
struct step;

/* Reads the terms that the client began the open saga with (its start record has them); true for a
 * defined saga, which has none. false: no memory, or (replay) the terms cannot be read. */
MUST_CHECK bool fold_terms(struct saga *saga, const struct record *record);

/* The client registers a step: a new one (`step` NULL), or one that had failed, which runs again
 * under its next key. false: no memory, or (replay) the saga has no place for it. */
MUST_CHECK bool fold_registered(struct saga *saga, struct step *step, const struct record *record,
                                int64_t at_ms);

/* The client says that the step, which it did itself, has succeeded. false: no memory, or (replay)
 * a record that makes no sense in the step's state. */
MUST_CHECK bool fold_completed_by_client(struct step *step, struct call *call,
                                         const struct record *record, int64_t at_ms);

MUST_CHECK bool fold_committed(struct saga *saga, const struct record *record);

#endif
