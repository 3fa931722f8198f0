/* steps.h - questions about one step. */
#ifndef SAGA_STEPS_H
#define SAGA_STEPS_H

#include <stdbool.h>
#include <stdint.h>

struct old_key;
struct saga;
struct step;

/* Can what needs it start? */
bool step_satisfies(const struct step *step);

/* The saga goes back to a save-point, and this step keeps what it did. */
bool savepoint_spares(const struct step *step);

/* In doubt, and nothing is left to ask: only its undo can settle it. */
bool step_awaits_undo(const struct step *step);

struct old_key *step_old_key(const struct step *step, uint32_t run);

/* The oldest of the step's old keys that had a late effect, which is to be undone; NULL: none. */
struct old_key *step_oldest_late_effect(const struct step *step);

/* A late effect of an old key is being undone, or waits for that. */
bool step_has_late_effect(const struct step *step);

/* The same, and no person is waited for. */
bool step_late_undo_is_open(const struct step *step);

/* The step's own undo has been asked for, for the present key. */
bool step_undo_is_begun(const struct step *step);

/* Its do has been asked for, under a key that is not history. */
bool step_is_begun(const struct step *step);

/* Has it asked for its key, and not got it? */
bool claims_wait(const struct saga *saga);

#endif
