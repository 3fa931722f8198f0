/* backward.h - undoing, in the inverse order of the DAG. */
#ifndef ENGINE_BACKWARD_H
#define ENGINE_BACKWARD_H

#include <stdbool.h>

struct turn;

bool backward(struct turn *turn);

#endif
