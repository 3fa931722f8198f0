/* forward.h - starting steps, completing the saga, and turning it back. */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include <stdbool.h>

struct turn;

/* Each does at most a round of what can be done now; true = something changed, look again. */
bool forward(struct turn *turn);

#endif
