/* open_forward.h - decides what comes next in an open saga that goes forward. */
#ifndef ENGINE_OPEN_FORWARD_H
#define ENGINE_OPEN_FORWARD_H

#include <stdbool.h>

struct turn;

/* Before the commit: sends the saga back if somebody wants that, and leaves the rest to its client.
 * After the commit: sends confirmations, and then completes the saga. Returns true when anything
 * changed. */
bool open_forward(struct turn *turn);

#endif
