/* sleep.h - the kind of step that waits for a time of day or for a duration. */
#ifndef ENGINE_KINDS_SLEEP_H
#define ENGINE_KINDS_SLEEP_H

struct step;
struct turn;

/* The kind's `begin` and `time_over` in kinds.h: the step begins to sleep, until a time or for a
 * duration, or fails because its `until` gives no time; and the step wakes. */
void sleep_begin(struct turn *turn, struct step *step);
void sleep_over(struct turn *turn, const struct step *step);

#endif
