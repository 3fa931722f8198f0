/* turn_close.h - ends a turn: makes its row, updates the saga's head and sets its timer. */
#ifndef ENGINE_TURN_CLOSE_H
#define ENGINE_TURN_CLOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct engine;
struct saga;
struct turn;

/* Ends the turn: makes one row of its records, a head and effects of what has changed in the saga,
 * and sets the saga's timer. Returns false when memory runs out. */
MUST_CHECK bool turn_close(struct turn *turn);

#endif
