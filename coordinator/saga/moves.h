/* moves.h - the legal moves of a saga and of a step, and what moves along with a step's state. */
#ifndef SAGA_MOVES_H
#define SAGA_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "journal/states.h"

struct call;
struct record;
struct saga;
struct step;

/* Moves a saga along the table of legal moves: the only code that writes a saga's state. false: the
 * table has no such move, and nothing has changed. */
MUST_CHECK bool fold_move_saga(struct saga *saga, enum saga_state to);

/* Moves a step along the table of legal moves; a step that is there already stays as it is. false:
 * the table has no such move, and nothing has changed. */
MUST_CHECK bool fold_move(struct step *step, enum step_state to, int64_t at_ms);

/* Nobody waits for the call's attempts any more: what is open is in doubt, no retry is due. */
void fold_close_call(struct call *call);

/* The step's do has failed; false: it may not fail now. */
MUST_CHECK bool fold_fail(struct step *step, int64_t at_ms);

/* Keeps the code and message of a failure of the call, copied; false: no memory. */
MUST_CHECK bool fold_keep_error(struct step *step, const struct call *call,
                                const struct record *record);

#endif
