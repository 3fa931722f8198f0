/* wants.h - tells the store the names of the events that steps of a saga will wait for later, so
 * that it keeps such events for the saga. */
#ifndef ENGINE_WANTS_H
#define ENGINE_WANTS_H

#include <stdbool.h>

#include "base/check.h"

struct saga;
struct turn;

/* Notes as known to the store the event names that the saga will wait for, by its present state.
 * For a saga that is loaded; a new saga begins with none. Returns false when memory runs out. */
MUST_CHECK bool wants_note(struct saga *saga);

/* Adds rows for what has changed since the last call: event names that the saga will wait for now,
 * and names that it will not wait for any more. Returns false when memory runs out. */
MUST_CHECK bool wants_tell(struct turn *turn);

#endif
