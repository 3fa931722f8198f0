/* open_forward.h - what follows in an open saga that goes forward. */
#ifndef ENGINE_OPEN_FORWARD_H
#define ENGINE_OPEN_FORWARD_H

#include <stdbool.h>

struct turn;

/* Sends the saga back if that is wanted, and brings a committed one to its end; true = something
 * changed. Before its commit all else is the client's. */
bool open_forward(struct turn *turn);

#endif
