/* deadline.h - the deadline of an undo: the time of day that a compensation gives as `before`,
 * until which the step can still be undone. */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include <stdint.h>

struct step;
struct turn;

/* The time of day at which the deadline of the step's undo next needs something: an alert, or that
 * the saga goes back. INT64_MAX = never. */
int64_t deadline_due_ms(const struct step *step);

/* If the time has come: alerts a person that the deadline of the step's undo is near, and sends the
 * saga back while the undo can still be done in time. */
void deadline_expire(struct turn *turn, const struct step *step);

/* Called when the step has succeeded: works out the deadline of its undo from its output or input,
 * and writes the deadline to the journal. */
void deadline_set(struct turn *turn, const struct step *step);

#endif
