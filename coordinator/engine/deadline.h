/* deadline.h - until when an undo must have been done: `before` of a compensation. */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include <stdint.h>

struct step;
struct turn;

/* When it next has something to say; INT64_MAX = never. */
int64_t deadline_due_ms(const struct step *step);

/* Alerts ahead of it, and turns the saga back in time. */
void deadline_expire(struct turn *turn, const struct step *step);

/* deadline.c: until when an undo must have been done. */
/* The step has succeeded: its undo's deadline is known from now on. */
void deadline_set(struct turn *turn, const struct step *step);

#endif
