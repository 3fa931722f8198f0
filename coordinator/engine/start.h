/* start.h - begins a step whose needs are done, unless it is skipped or the saga has no room for
 * it. */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include <stdbool.h>

struct step;
struct turn;

/* Begins a step whose needs are done: sends it to a participant, or begins its wait or its items.
 * The step may also be skipped, or fail because a reference finds nothing or the saga has no room.
 */
void step_start(struct turn *turn, struct step *step);

#endif
