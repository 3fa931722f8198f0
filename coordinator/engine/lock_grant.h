/* lock_grant.h - gives a waiting saga its concurrency key, once the key is free and the saga is
 * next. */
#ifndef ENGINE_LOCK_GRANT_H
#define ENGINE_LOCK_GRANT_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;
struct saga;

/* Takes EVENT_LOCK_FREE for this saga; NULL: there is no such saga in memory, and nothing changes.
 * Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error locks_grant(struct engine *engine, const struct event *event,
                                       struct batch *batch, struct saga *saga);

#endif
