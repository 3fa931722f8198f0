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

/* One function for each type of record about an attempt. call: the step's call that the record
 * names. All of them: false = no memory, or (replay) a record that makes no sense in the step's
 * state. */

/* The next attempt is about to be sent; or (FLAG_ADOPTED) one that was given up turns out to be
 * running. */
MUST_CHECK bool fold_intended(struct step *step, struct call *call, const struct record *record,
                              int64_t at_ms);

/* The participant has answered an attempt: done. */
MUST_CHECK bool fold_succeeded(struct step *step, struct call *call, const struct record *record,
                               int64_t at_ms);

/* The participant has answered an attempt: not done; or the call as a whole has failed (attempt
 * 0). */
MUST_CHECK bool fold_failed(struct step *step, struct call *call, const struct record *record,
                            int64_t at_ms);

/* An attempt was given up without an answer, so that its outcome is unknown. */
MUST_CHECK bool fold_doubt(struct step *step, struct call *call, const struct record *record,
                           int64_t at_ms);

/* The participant has answered an attempt: done; but by then the coordinator had decided otherwise
 * about the step, or its key was an old one. */
MUST_CHECK bool fold_late(struct step *step, struct call *call, const struct record *record,
                          int64_t at_ms);

#endif
