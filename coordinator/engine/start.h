/* start.h - starting one step: wanted, room for it, its input filled in. */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include <stdbool.h>

struct step;
struct turn;

/* Fills the step's input and sends it, or begins its wait or its items. A reference that finds
 * nothing fails the step. */
void step_start(struct turn *turn, struct step *step);

/* Is the step, whose turn has come, to be done? false: it has been skipped, or has failed, for its
 * condition could not be decided. */
bool step_is_wanted(struct turn *turn, struct step *step);

#endif
