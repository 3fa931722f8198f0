/* done.h - in a saga that goes back: is a step finished with, or is its undo still to come? */
#ifndef ENGINE_DONE_H
#define ENGINE_DONE_H

#include <stdbool.h>

struct step;

/* May the undos of other steps go on as far as this step is concerned? strict: not even a stuck
 * undo (one that keeps failing) may be passed over. */
bool step_is_done(const struct step *step, bool strict);

/* Is the step to be undone, and has its undo not been sent yet? */
bool step_wants_undo(const struct step *step);

/* Are all items of the fan-out done in the sense of step_is_done()? */
bool fan_is_done(const struct step *container, bool strict);

#endif
