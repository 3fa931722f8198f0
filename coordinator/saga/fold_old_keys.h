/* fold_old_keys.h - idempotency keys that are history, because their step was undone and runs
 * again. */
#ifndef SAGA_FOLD_OLD_KEYS_H
#define SAGA_FOLD_OLD_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;
struct saga;
struct step;

/* Adds the present key of the do to the step's old keys. false: no memory. */
bool fold_old_keys_add(struct step *step);

/* The step begins anew, under the next keys, as if it had never run. false: no memory, or
 * (replay) its state does not allow that. */
bool fold_begin_anew(struct step *step, int64_t at_ms);

/* The saga has gone back to its save-point and goes forward again: the steps that were undone begin
 * anew. false: as for fold_begin_anew(). */
bool fold_forward_again(struct saga *saga, int64_t at_ms);

/* An attempt of an old key has had an effect after all: the step's undo call shall undo it,
 * unless the step has no undo, or a person has settled it. Always true. */
bool fold_late_effect(struct step *step, const struct record *record);

/* The undo call begins a key of its own, to undo the oldest late effect. false: (replay) there is
 * no late effect. */
bool fold_late_effect_open(struct call *call);

/* The late effect that was being undone is undone, or a person settled it; the next one may
 * follow. */
void fold_late_effect_end(struct step *step);

/* A person settled the step: late effects of its old keys are left alone from now on. */
void fold_late_effects_drop(struct step *step);

#endif
