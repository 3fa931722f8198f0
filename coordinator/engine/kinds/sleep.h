/* sleep.h - a step that waits for a time. */
#ifndef ENGINE_KINDS_SLEEP_H
#define ENGINE_KINDS_SLEEP_H

struct step;
struct turn;

/* Rows of kinds.h: the step begins to sleep, until a time or for so long, or fails for its
 * `until` gives no time; and it wakes. */
void sleep_begin(struct turn *turn, struct step *step);
void sleep_over(struct turn *turn, const struct step *step);

#endif
