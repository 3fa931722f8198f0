/* savepoint.h - back to a step, and forward again from there (mixed recovery). */
#ifndef ENGINE_SAVEPOINT_H
#define ENGINE_SAVEPOINT_H

#include <stdint.h>

#include "base/error.h"

struct buf;
struct record;
struct saga;
struct step;
struct turn;

/* Marks the steps that depend on `to`, directly or not; chosen: room for step_total. */
void savepoint_choose(const struct saga *saga, uint32_t to, bool *chosen);

/* Will the step stay as it is when the saga goes back to the save-point that a person wants, and
 * has not gone back yet? false too: no memory (turn->failed). */
bool savepoint_will_spare(struct turn *turn, const struct step *step);

/* May the saga go back to `to`? SAGA_CONFLICT with *why. */
enum saga_error savepoint_check(const struct saga *saga, uint32_t to, const bool *chosen,
                                const char **why);

/* Packs the list of the steps that are undone on the way to the save-point, without those that a
 * person accepted; chosen: room for step_total. */
void savepoint_pack(const struct saga *saga, uint32_t to, bool *chosen, struct buf *out);

/* A record SAGA_COMPENSATING that does not change where a saga goes that is on its way to a
 * save-point: without this, the saga would be undone as a whole. */
void savepoint_goes_on(const struct saga *saga, struct record *record);

/* Does a task of another branch still run, so that its outcome is waited for before a person is
 * called? */
bool savepoint_waits(const struct saga *saga);

/* The saga stands at its save-point: it goes forward again, paused if a person said so. */
void savepoint_reached(struct turn *turn);

/* Has the step given up, so that it will not do its work by itself any more? */
bool savepoint_has_failed(const struct step *step);

/* May an effect of the step stand although the step satisfies nobody, so that it can neither
 * stay nor begin anew? */
bool savepoint_leaves_standing(const struct step *step);

#endif
