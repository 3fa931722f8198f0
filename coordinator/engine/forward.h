/* forward.h - starts the steps of a saga, completes the saga, or sends it back. */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include <stdbool.h>

struct turn;

/* Does one round of what can be done now in a saga that goes forward. Returns true when anything
 * changed, so that another round is needed. */
bool forward(struct turn *turn);

#endif
