/* sleep.h - a step that sleeps. */
#ifndef ENGINE_KINDS_SLEEP_H
#define ENGINE_KINDS_SLEEP_H

struct step;
struct turn;

/* Rows of kinds.h. */
void sleep_begin(struct turn *turn, struct step *step);
void sleep_over(struct turn *turn, const struct step *step);

#endif
