/* late_effects.h - undoes late effects: a step was undone and begun anew under another idempotency
 * key, and then an attempt under the old key turned out to have had an effect. See fold_old_keys.c.
 */
#ifndef ENGINE_LATE_EFFECTS_H
#define ENGINE_LATE_EFFECTS_H

#include <stdbool.h>

struct turn;

/* Sends the undos of late effects that are due. Returns true when anything changed. */
bool late_effects_undo(struct turn *turn);

#endif
