/* wants.h - the names of events that a saga will wait for, as the store must know them. */
#ifndef ENGINE_WANTS_H
#define ENGINE_WANTS_H

#include <stdbool.h>

#include "base/check.h"

struct saga;
struct turn;

/* Notes what the saga will want, as its state says now, as what the store knows. A new saga has
 * wanted nothing. false = no memory. */
MUST_CHECK bool wants_note(struct saga *saga);

/* Tells the store what has changed since: names that the saga wants now, and names that it wants
 * no more. false = no memory. */
MUST_CHECK bool wants_tell(struct turn *turn);

#endif
