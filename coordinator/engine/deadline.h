/* deadline.h - until when an undo must have been done: `before` of a compensation. */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include <stdint.h>

struct step;
struct turn;

/* When the deadline of the step's undo next asks for an alert, or sends the saga back; INT64_MAX
 * = never. */
int64_t deadline_due_ms(const struct step *step);

/* Alerts ahead of the deadline, and sends the saga back in time, if either is due. */
void deadline_expire(struct turn *turn, const struct step *step);

/* The step has succeeded: the deadline of its undo, if it has one, is known from now on. */
void deadline_set(struct turn *turn, const struct step *step);

#endif
