/* forward.h - starting steps, completing the saga, and sending it back. */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include <stdbool.h>

struct turn;

/* One round of what can be done now in a saga that goes forward; true = something changed, look
 * again. */
bool forward(struct turn *turn);

#endif
