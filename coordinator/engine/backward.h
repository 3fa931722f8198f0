/* backward.h - undoing, in the inverse order of the DAG. */
#ifndef ENGINE_BACKWARD_H
#define ENGINE_BACKWARD_H

#include <stdbool.h>

struct turn;

/* One round of what can be done now in a saga that goes back: steps are brought to a known
 * state, undos leave, the saga ends. true = something changed, look again. */
bool backward(struct turn *turn);

#endif
