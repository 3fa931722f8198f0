/* keys.h - idempotency keys and names of children: made, and taken apart. */
#ifndef SAGA_KEYS_H
#define SAGA_KEYS_H

#include "base/span.h"

struct call;
struct saga;
struct step;

/* "<saga>/<step>[~run]/<kind>" in the saga's arena; empty = no memory. */
struct span call_key(const struct call *call, uint32_t run);

/* "<saga>~<step>[~run]" in the saga's arena: the id of a child; empty = no memory. */
struct span step_child_name(const struct step *step, uint32_t run);

/* The step that a key of this saga names; NULL when it has none. */
struct step *saga_step_of_key(struct saga *saga, struct span key);

/* Which step, kind and run a key of this saga means; NULL when it means none. */
struct call *saga_call_of_key(struct saga *saga, struct span key);

/* The key of the step's do, or the key that the do would have had: what the step's undo is told.
 * Empty = no memory. */
struct span step_do_key(struct step *step);

/* The index of the step of that name, or -1. */
int32_t saga_step_named(const struct saga *saga, struct span name);

#endif
