/* wants.h - the names of events that a saga will wait for, as the store must know them. */
#ifndef ENGINE_WANTS_H
#define ENGINE_WANTS_H

#include <stdbool.h>

#include "base/check.h"

struct saga;
struct turn;

/* What the saga will want, as its state says now, and the store knows; a new saga has wanted
 * nothing. false = no memory. */
MUST_CHECK bool wants_note(struct saga *saga);

/* The store is told what has changed of that. false = no memory. */
MUST_CHECK bool wants_tell(struct turn *turn);

#endif
