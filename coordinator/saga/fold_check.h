/* fold_check.h - what an answer about a do or an undo means for the check that asks about it;
 * and what a check's answer means for an undo. */
#ifndef SAGA_FOLD_CHECK_H
#define SAGA_FOLD_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct call;
struct step;

/* The question is settled what became of this call: the step's check, if it was about this call, is
 * not asked again, and its answer decides nothing. */
void fold_close_check(const struct call *asked);

/* To be called after an answer that may have ended the doubt of an undo which had no attempt left.
 * If only the age of its key kept the undo from being sent again, its next attempt is due now; else
 * it has no attempt left, and the engine parks the undo. */
void fold_end_undo_doubt(struct call *undo);

/* The undo has succeeded, as the participant or the undo's check said. false: no memory, or
 * (replay) the step may not be undone now. */
MUST_CHECK bool fold_undo_ok(struct step *step, int64_t at_ms);

#endif
