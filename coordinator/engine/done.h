/* done.h - is a step finished with on the way back? */
#ifndef ENGINE_DONE_H
#define ENGINE_DONE_H

#include <stdbool.h>

struct step;

/* Is nothing of the step left to wait for on the way back? */
bool step_is_done(const struct step *step, bool strict);

bool step_wants_undo(const struct step *step);

bool fan_is_done(const struct step *container, bool strict);

#endif
