/* moves.h - the legal moves of a step, and what moves along with its state. */
#ifndef SAGA_MOVES_H
#define SAGA_MOVES_H

#include <stdint.h>

#include "journal/states.h"

struct call;
struct record;
struct step;

/* Moves a step along the table of legal moves; false: it may not. */
bool fold_move(struct step *step, enum step_state to, int64_t at_ms);

/* Nobody waits for its attempts any more. */
void fold_close_call(struct call *call);

/* Its do has failed. */
bool fold_fail(struct step *step, int64_t at_ms);

/* Keeps a failure's code and message; false: no memory. */
bool fold_keep_error(struct step *step, const struct call *call, const struct record *record);

#endif
