/* fold_result.h - the records of attempts: sent, answered, in doubt, late; and what each makes of
 * its step. */
#ifndef SAGA_FOLD_RESULT_H
#define SAGA_FOLD_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct call;
struct record;
struct step;

/* The record of an attempt, by its type; call: the step's call that the record names. All of them:
 * false = no memory, or (replay) a record that makes no sense in the step's state. */

/* The next attempt is sent, or one that was given up turns out to be running (FLAG_ADOPTED). */
MUST_CHECK bool fold_intended(struct step *step, struct call *call, const struct record *record,
                              int64_t at_ms);

/* An attempt has answered: done. */
MUST_CHECK bool fold_succeeded(struct step *step, struct call *call, const struct record *record,
                               int64_t at_ms);

/* An attempt has answered: not done; or the call as a whole has failed (attempt 0). */
MUST_CHECK bool fold_failed(struct step *step, struct call *call, const struct record *record,
                            int64_t at_ms);

/* An attempt's outcome is unknown, and nobody has answered. */
MUST_CHECK bool fold_doubt(struct step *step, struct call *call, const struct record *record,
                           int64_t at_ms);

/* An attempt has answered: done; but its step had been decided otherwise. */
MUST_CHECK bool fold_late(struct step *step, struct call *call, const struct record *record,
                          int64_t at_ms);

#endif
