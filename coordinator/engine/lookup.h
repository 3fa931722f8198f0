/* lookup.h - finds the saga or the attempt in memory that an event is about. */
#ifndef ENGINE_LOOKUP_H
#define ENGINE_LOOKUP_H

#include "base/span.h"

struct attempt;
struct engine;
struct saga;

/* The saga of this external id; NULL: it is not in memory. */
struct saga *lookup_saga(const struct engine *engine, struct span name);

/* The attempt that has this token; NULL: none in memory has. */
struct attempt *lookup_token(const struct engine *engine, const uint8_t *token);

/* The external id of the saga that the idempotency key belongs to, which is the part before the
 * first '/'; empty: the text has no '/', so it is no such key. */
struct span lookup_saga_of_key(struct span key);

#endif
