/* pivot.h - the pivot of a saga, which is the step after whose success the saga cannot go back any
 * more: has it succeeded, or is it unknown whether it has? */
#ifndef ENGINE_PIVOT_H
#define ENGINE_PIVOT_H

#include <stdbool.h>

struct saga;
struct step;
struct turn;

/* Has the saga's pivot succeeded (or been skipped), so that the saga cannot go back by itself any
 * more? */
bool pivot_has_succeeded(const struct saga *saga);

/* May the step be retried, skipped or resolved once more? Yes if a person resolved it as not
 * succeeded, the saga is past its pivot and goes forward, and it has not ended. */
bool step_may_be_revised(const struct step *step);

/* Is the step a pivot that runs or is in doubt, so that nobody knows yet whether it has taken
 * effect? Meanwhile the saga cannot be sent back. */
bool step_is_open_pivot(const struct step *step);

/* Has the saga a pivot that runs or is in doubt, as in step_is_open_pivot()? */
bool pivot_is_open(const struct saga *saga);

/* Called when a step has succeeded. If the step is the pivot, and somebody wanted the saga to go
 * back, the saga goes forward all the same: the wish is refused in the journal, and a person is
 * alerted. */
void pivot_keep_forward(struct turn *turn, const struct step *step);

#endif
