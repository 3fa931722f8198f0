/* undo.h - sends the undo of one step and its retries. */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include <stdbool.h>

struct step;
struct turn;

/* For an undo in doubt that has no attempt left: asks its check, or parks the undo for a person.
 * Returns true when anything changed. */
bool undo_end_doubt(struct turn *turn, struct step *step);

/* Sends the first attempt of the step's undo, once no attempt of its do can act any more. Returns
 * true when anything changed. */
bool undo_begin(struct turn *turn, struct step *step);

/* Sends the next attempt of the undo, if it is due. Returns true when anything changed. */
bool undo_retry(struct turn *turn, struct step *step);

#endif
