/* fold_check.h - what an answer about a do or an undo ends of its check, and an answer of the
 * undo's check of the undo. */
#ifndef SAGA_FOLD_CHECK_H
#define SAGA_FOLD_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct call;
struct step;

/* Nobody waits any more for what the step's check says of this call. */
void fold_close_check(const struct call *asked);

/* An answer may have ended the doubt of a spent undo. If only the age of its key kept the undo
 * from being sent again, its next attempt is due now; else no attempt is left, and the undo is
 * parked. */
void fold_end_undo_doubt(struct call *undo);

/* The undo has succeeded, by its own answer or by that of its check. false: no memory, or
 * (replay) the step may not be undone now. */
MUST_CHECK bool fold_undo_ok(struct step *step, int64_t at_ms);

#endif
