/* undo.h - the undo of one step: when it may leave, when it is tried again. */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include <stdbool.h>

struct step;
struct turn;

/* An undo that is spent, in doubt without an attempt left: asks its check, or parks the undo;
 * true = something changed. */
bool undo_end_doubt(struct turn *turn, struct step *step);

/* Sends the first undo of a step, once no attempt of its do can act any more; true = something
 * changed. */
bool undo_begin(struct turn *turn, struct step *step);

/* Sends the next attempt of the undo, if it is due; true = something changed. */
bool undo_retry(struct turn *turn, struct step *step);

#endif
