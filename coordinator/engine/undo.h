/* undo.h - the undo of one step: when it may leave, when it is tried again. */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include <stdbool.h>

struct step;
struct turn;

/* An undo that is spent: asks its check, or gives it up; true = something changed. */
bool undo_end_doubt(struct turn *turn, struct step *step);

/* Sends the first undo of a step, when no attempt of its do can act any more. */
bool undo_begin(struct turn *turn, struct step *step);

/* And the next ones, when they are due. */
bool undo_retry(struct turn *turn, struct step *step);

#endif
