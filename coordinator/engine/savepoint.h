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

/* Which steps depend on `to`: step_total of them. */
void savepoint_choose(const struct saga *saga, uint32_t to, bool *chosen);

/* The same of one that a person wants to go back and that has not turned yet. */
bool savepoint_will_spare(struct turn *turn, const struct step *step);

/* May the saga go back to `to`? SAGA_CONFLICT with *why. */
enum saga_error savepoint_check(const struct saga *saga, uint32_t to, const bool *chosen,
                                const char **why);

/* The list of what is to be undone, without what is accepted; `chosen` is room for step_total. */
void savepoint_pack(const struct saga *saga, uint32_t to, bool *chosen, struct buf *out);

/* A record of type SAGA_COMPENSATING that changes nothing of that. */
void savepoint_goes_on(const struct saga *saga, struct record *record);

bool savepoint_waits(const struct saga *saga);

void savepoint_reached(struct turn *turn);

/* Has the step given up? */
bool savepoint_has_failed(const struct step *step);

/* Does the step stay as it is when the saga goes back to the save-point? */
bool savepoint_leaves_standing(const struct step *step);

#endif
