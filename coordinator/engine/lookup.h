/* lookup.h - finding what an event is about among the sagas in memory. */
#ifndef ENGINE_LOOKUP_H
#define ENGINE_LOOKUP_H

#include "base/span.h"

struct attempt;
struct engine;
struct saga;

/* The saga of this external id; NULL: it is not in memory. */
struct saga *lookup_saga(const struct engine *engine, struct span name);

/* The attempt of this token; NULL: it is not in memory. */
struct attempt *lookup_token(const struct engine *engine, const uint8_t *token);

/* The external id of the saga that an idempotency key belongs to; empty: it is no key. */
struct span lookup_saga_of_key(struct span key);

#endif
