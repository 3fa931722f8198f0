/* aside.h - sagas that cannot be read: what stands still because of one, and what need not.
 *
 * Such a saga is not in memory, and stays so for the life of the process. It keeps the concurrency
 * key that it holds; where it only waits for one, nobody waits behind it. Its parent hears that it
 * is parked: nothing moves there before a person has acted. */
#ifndef ENGINE_ASIDE_H
#define ENGINE_ASIDE_H

#include <stdint.h>

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct batch;
struct engine;

/* Those that wait behind the saga for its concurrency key need not wait for the saga any more; who
 * may go on now is told. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_pass_over(struct engine *engine, uint64_t saga,
                                            struct batch *batch);

/* The saga's parent, if it has one, hears that a person must act on the saga. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_tell_parent(struct span name, struct batch *batch);

/* A saga in memory that could not be read before this start: what it was told meanwhile, and was
 * not heard, it asks for again. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error engine_catch_up(struct engine *engine, struct span name,
                                           struct batch *batch);

#endif
