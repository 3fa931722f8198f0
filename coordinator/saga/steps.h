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

/* Does the saga go back to a save-point, and does this step keep what it did? */
bool savepoint_spares(const struct step *step);

/* Is the step in doubt with nothing left to ask, so that only its undo can settle it? */
bool step_awaits_undo(const struct step *step);

/* The old key of that run; NULL: the step has no such key. */
struct old_key *step_old_key(const struct step *step, uint32_t run);

/* The oldest of the step's old keys that had a late effect, which is to be undone; NULL: none. */
struct old_key *step_oldest_late_effect(const struct step *step);

/* Is a late effect of an old key being undone, or does it wait for that, perhaps parked? */
bool step_has_late_effect(const struct step *step);

/* Is a late effect of an old key being undone, and no person is waited for? */
bool step_late_undo_is_open(const struct step *step);

/* Is it unknown whether the step's do had an effect, and has that not been settled since? */
bool step_doubt_stands(const struct step *step);

/* Is the step's error still so: has the step not succeeded since, nor been left out? */
bool step_error_stands(const struct step *step);

/* The same of the error of its undo. */
bool step_undo_error_stands(const struct step *step);

/* Has the step's undo a deadline, may its effect still stand, and its undo come too late? */
bool step_undo_may_be_late(const struct step *step);

/* Has the step's own undo been asked for, for the present key? */
bool step_undo_is_begun(const struct step *step);

/* Has the step's do been asked for, under a key that is not history? */
bool step_is_begun(const struct step *step);

/* Does the saga wait for its concurrency key? */
bool locks_wait(const struct saga *saga);

#endif
