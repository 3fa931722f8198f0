/* savepoint.h - goes back to one step, the save-point, by undoing only what depends on that step,
 * and goes forward again from there (mixed recovery). */
#ifndef ENGINE_SAVEPOINT_H
#define ENGINE_SAVEPOINT_H

#include <stdint.h>

#include "base/error.h"

struct buf;
struct record;
struct saga;
struct step;
struct turn;

/* Sets in `chosen` (one for each of the saga's step_total steps) which steps depend on the step
 * with the index `to`, directly or not. */
void savepoint_choose(const struct saga *saga, uint32_t to, bool *chosen);

/* A person wants the saga to go back to a save-point, and it has not begun to: will the step stay
 * as it is then? False also when memory runs out, with turn->failed set. */
bool savepoint_will_spare(struct turn *turn, const struct step *step);

/* May the saga go back to the step with the index `to`? Errors: SAGA_CONFLICT with *why. */
enum saga_error savepoint_check(const struct saga *saga, uint32_t to, const bool *chosen,
                                const char **why);

/* Writes to `out` the msgpack list of the steps that are undone on the way to the save-point `to`,
 * without those that a person accepted to keep; sets `chosen` (room for step_total) to the same. */
void savepoint_pack(const struct saga *saga, uint32_t to, bool *chosen, struct buf *out);

/* Adds the save-point to a record SAGA_COMPENSATING, for a saga on its way there: a record without
 * it would make the whole saga go back. */
void savepoint_goes_on(const struct saga *saga, struct record *record);

/* Does the do of a step that the save-point spares still run? Then its outcome is waited for before
 * the saga is parked for a person. */
bool savepoint_waits(const struct saga *saga);

/* Called when all is undone down to the save-point: the saga goes forward again, or is paused there
 * if a person said so. */
void savepoint_reached(struct turn *turn);

/* Has the step failed, been parked, or been settled as not done, so that it will not succeed by
 * itself any more? */
bool savepoint_has_failed(const struct step *step);

/* Does or may an effect of the step stand that nothing undoes, though the step counts as not done?
 * Such a step can neither stay nor begin anew. */
bool savepoint_leaves_standing(const struct step *step);

#endif
