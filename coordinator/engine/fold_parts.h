/* fold_parts.h - what the parts of the fold share: fold.c says what it is. */
#ifndef ENGINE_FOLD_PARTS_H
#define ENGINE_FOLD_PARTS_H

#include "engine/saga.h"

/* Moves a step along the table of legal moves; false: it may not. */
bool fold_move(struct step *step, enum step_state to, int64_t at_ms);
/* Nobody waits for its attempts any more. */
void fold_close_call(struct call *call);

/* fold_skip.c */
bool fold_skipped(struct step *step, const struct record *record, int64_t at_ms);
/* A person's wish. */
bool fold_skip(struct step *step, const struct record *record);

#endif
