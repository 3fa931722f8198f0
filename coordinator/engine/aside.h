/* aside.h - sagas that the store has but that cannot be read: which other sagas stand still because
 * of one, and which go on.
 *
 * A saga that cannot be read is not loaded, for the whole life of the process. A concurrency key
 * that this saga holds stays held; where the saga only waits for a key, the sagas behind it in the
 * queue do not wait for it. Its parent saga is told that this child is parked, for nothing moves in
 * the child before a person has acted. */
#ifndef ENGINE_ASIDE_H
#define ENGINE_ASIDE_H

#include <stdint.h>

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct batch;
struct engine;

/* The unreadable saga of this internal id loses its place in the queue for a concurrency key: an
 * effect tells each saga that may have the key now. Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_pass_over(struct engine *engine, uint64_t saga,
                                            struct batch *batch);

/* Tells the parent of the unreadable saga `name`, if it has a parent, that a person must act on
 * this child. Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_tell_parent(struct span name, struct batch *batch);

/* For a saga that is in memory now, but could not be read before this start of the coordinator:
 * wakes the saga and asks its children again, for it heard nothing that they said meanwhile.
 * Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_catch_up(struct engine *engine, struct span name,
                                           struct batch *batch);

#endif
