/* backward.h - undoes the steps of a saga, in the inverse order of the graph of their needs. */
#ifndef ENGINE_BACKWARD_H
#define ENGINE_BACKWARD_H

#include <stdbool.h>

struct turn;

/* Does one round of what can be done now in a saga that goes back: settles steps that still run,
 * sends undos, ends the saga. Returns true when anything changed, so that another round is needed.
 */
bool backward(struct turn *turn);

#endif
