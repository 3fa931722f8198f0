/* steps.h - questions about one step. */
#ifndef SAGA_STEPS_H
#define SAGA_STEPS_H

#include <stdbool.h>
#include <stdint.h>

struct old_key;
struct saga;
struct step;

/* Can the steps that need this one start: has it succeeded, been skipped, or been resolved as
 * succeeded? */
bool step_satisfies(const struct step *step);

/* Does the saga go back only to a save-point, and does this step keep what it did, because it is
 * not among those that are undone? */
bool savepoint_spares(const struct step *step);

/* Is the step in doubt, and nobody is left to ask what became of it, so that only its undo can
 * settle it? */
bool step_awaits_undo(const struct step *step);

/* The old key with this run number; NULL: the step has no such key. */
struct old_key *step_old_key(const struct step *step, uint32_t run);

/* The oldest of the step's old keys that had a late effect, which is to be undone; NULL: none. */
struct old_key *step_oldest_late_effect(const struct step *step);

/* Does an effect that came late under an old key wait to be undone, or is it being undone, or is
 * that undo parked? */
bool step_has_late_effect(const struct step *step);

/* As step_has_late_effect(), and its undo is not parked? */
bool step_late_undo_is_open(const struct step *step);

/* Does nobody know whether the step's do had an effect, and has nothing settled that since? */
bool step_doubt_stands(const struct step *step);

/* Does the step's error still hold: has the step neither succeeded since nor been skipped? */
bool step_error_stands(const struct step *step);

/* Does the error of the step's undo still hold: is the undo still wanted, and has it not
 * succeeded? */
bool step_undo_error_stands(const struct step *step);

/* Has the step's undo a deadline, and is the effect not undone yet, so that the undo may come too
 * late? */
bool step_undo_may_be_late(const struct step *step);

/* Has the step's own undo been asked for, for the present key? */
bool step_undo_is_begun(const struct step *step);

/* Has the step's do been asked for, under a key that is not history? */
bool step_is_begun(const struct step *step);

/* Does the saga wait for its concurrency key? */
bool locks_wait(const struct saga *saga);

#endif
