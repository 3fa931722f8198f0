/* start.h - a step begins, if it is wanted and there is room for it. */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include <stdbool.h>

struct step;
struct turn;

/* Fills the step's input and sends it, or begins its wait or its items. A reference that finds
 * nothing fails the step. */
void step_start(struct turn *turn, struct step *step);

#endif
