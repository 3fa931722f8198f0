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

/* The terms that an open saga began with. */
MUST_CHECK bool fold_terms(struct saga *saga, const struct record *record);

/* A step is registered: a new one (`step` NULL), or one that had failed, under its next key. */
MUST_CHECK bool fold_registered(struct saga *saga, struct step *step, const struct record *record,
                                int64_t at_ms);

/* The client says that the step has succeeded. */
MUST_CHECK bool fold_completed_by_client(struct step *step, struct call *call,
                                         const struct record *record, int64_t at_ms);

MUST_CHECK bool fold_committed(struct saga *saga, const struct record *record);

#endif
