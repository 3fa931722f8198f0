/* pivot.h - the point of no return: is it passed, is it open, and does the saga go on past it. */
#ifndef ENGINE_PIVOT_H
#define ENGINE_PIVOT_H

#include <stdbool.h>

struct saga;
struct step;
struct turn;

/* Is the saga past its pivot, so that it cannot go back by itself any more? */
bool pivot_has_succeeded(const struct saga *saga);

/* Past the pivot a person said that it did not succeed, and nothing has moved since: it may be
 * tried again, skipped, or settled otherwise. */
bool step_may_be_revised(const struct step *step);

/* Is the step a pivot of which nobody knows yet whether it has taken effect? Then the saga goes
 * neither way. */
bool step_is_open_pivot(const struct step *step);

/* Has the saga such a pivot? */
bool pivot_is_open(const struct saga *saga);

/* The step has succeeded. If that is the pivot, and somebody wanted the saga to go back, the
 * saga goes forward all the same: the wish is refused, and a person is told. */
void pivot_keep_forward(struct turn *turn, const struct step *step);

#endif
