/* done.h - on the way back: is a step done, or does it wait for its undo? */
#ifndef ENGINE_DONE_H
#define ENGINE_DONE_H

#include <stdbool.h>

struct step;

/* Is nothing of the step left to wait for on the way back? strict: a stuck undo is waited for
 * too. */
bool step_is_done(const struct step *step, bool strict);

/* Is the step to be undone, and has its undo not left yet? */
bool step_wants_undo(const struct step *step);

/* Are all items of the fan-out done? */
bool fan_is_done(const struct step *container, bool strict);

#endif
