/* fold_confirm.h - how far the confirmation of an open saga's step has come. */
#ifndef SAGA_FOLD_CONFIRM_H
#define SAGA_FOLD_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "journal/states.h"

struct step;

/* Sets how far the step's confirmation has come, in the words used for an undo. */
void fold_confirm(struct step *step, enum undo_state state);

/* The step's confirmation has succeeded, which is final. false: no memory, or (replay) the step may
 * not have been confirmed. */
MUST_CHECK bool fold_confirmed(struct step *step, int64_t at_ms);

#endif
