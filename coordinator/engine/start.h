/* start.h - a step begins, if it is wanted and there is room for it. */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include <stdbool.h>

struct step;
struct turn;

/* Begins a step whose needs are done: it is sent to a participant, begins its wait or its items,
 * or is skipped; or it fails, for a reference finds nothing or there is no room. */
void step_start(struct turn *turn, struct step *step);

#endif
