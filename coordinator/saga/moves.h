/* moves.h - changes the state of a saga or a step, if the table of legal moves allows that. */
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

/* The call is decided: nobody waits for its attempts any more. Those without an answer count as in
 * doubt, and no retry follows. */
void fold_close_call(struct call *call);

/* The step's do has failed; false: the table has no such move from the step's state. */
MUST_CHECK bool fold_fail(struct step *step, int64_t at_ms);

/* Copies the code and message of the record into the step, as the error of this call; false: no
 * memory. */
MUST_CHECK bool fold_keep_error(struct step *step, const struct call *call,
                                const struct record *record);

#endif
