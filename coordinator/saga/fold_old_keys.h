/* fold_old_keys.h - keys that are history: of steps that were undone and run again. */
#ifndef SAGA_FOLD_OLD_KEYS_H
#define SAGA_FOLD_OLD_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;
struct saga;
struct step;

/* The present key of the do becomes history. false: no memory. */
bool fold_old_keys_add(struct step *step);

/* The step will begin again, under the next keys. */
bool fold_begin_anew(struct step *step, int64_t at_ms);

/* The saga stands at its save-point, and goes forward again. */
bool fold_forward_again(struct saga *saga, int64_t at_ms);

/* An old key has had an effect after all. */
bool fold_late_effect(struct step *step, const struct record *record);

/* The undo call begins a key for the oldest of those. false: there is none. */
bool fold_late_effect_open(struct call *call);

/* It is over: undone, or settled by a person. */
void fold_late_effect_end(struct step *step);

/* A person settled the step: none of its old keys is to be undone any more. */
void fold_late_effects_drop(struct step *step);

#endif
