/* late_effects.h - the undo of a late effect of an old key: see fold_old_keys.c. */
#ifndef ENGINE_LATE_EFFECTS_H
#define ENGINE_LATE_EFFECTS_H

#include <stdbool.h>

struct turn;

/* Sends what undoes late effects of old keys; true = something changed. */
bool late_effects_undo(struct turn *turn);

#endif
