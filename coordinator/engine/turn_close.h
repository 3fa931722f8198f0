/* turn_close.h - the end of a turn: its row, its head, its timer. */
#ifndef ENGINE_TURN_CLOSE_H
#define ENGINE_TURN_CLOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct engine;
struct saga;
struct turn;

/* Ends the turn: its records become a row, what has changed of the saga becomes a head and
 * effects, and the saga's timer is set. false = no memory. */
MUST_CHECK bool turn_close(struct turn *turn);

#endif
