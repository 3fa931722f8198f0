/* keys.h - makes idempotency keys and the names of child sagas, and finds the step that one
 * names. */
#ifndef SAGA_KEYS_H
#define SAGA_KEYS_H

#include "base/span.h"

struct call;
struct saga;
struct step;

/* Makes the idempotency key "<saga>/<step>[~run]/<kind>" in the saga's arena; the first run has no
 * "~run". Empty = no memory. */
struct span call_key(const struct call *call, uint32_t run);

/* Makes the id of a child saga, "<saga>~<step>[~run]", in the saga's arena; empty = no memory. */
struct span step_child_name(const struct step *step, uint32_t run);

/* The step that a key of this saga names; NULL when it has none. */
struct step *saga_step_of_key(struct saga *saga, struct span key);

/* Which step, kind and run a key of this saga means; NULL when it means none. */
struct call *saga_call_of_key(struct saga *saga, struct span key);

/* The key of the step's do; if the do was never asked for, the key that it would have had, for the
 * step's undo must name one. Empty = no memory. */
struct span step_do_key(struct step *step);

/* The index of the step of that name, or -1. */
int32_t saga_step_named(const struct saga *saga, struct span name);

#endif
