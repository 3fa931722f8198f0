/* sleep.h - a step that sleeps. */
#ifndef ENGINE_KINDS_SLEEP_H
#define ENGINE_KINDS_SLEEP_H

struct step;
struct turn;

void sleep_begin(struct turn *turn, const struct step *step);

#endif
