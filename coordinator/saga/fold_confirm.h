/* fold_confirm.h - how the confirmation of a step stands. */
#ifndef SAGA_FOLD_CONFIRM_H
#define SAGA_FOLD_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "journal/states.h"

struct step;

/* The confirmation of a step stands so. */
void fold_confirm(struct step *step, enum undo_state state);

/* It has succeeded: for good. */
MUST_CHECK bool fold_confirmed(struct step *step, int64_t at_ms);

#endif
