/* lock_grant.h - a saga whose turn it is has its concurrency key. */
#ifndef ENGINE_LOCK_GRANT_H
#define ENGINE_LOCK_GRANT_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;
struct saga;

/* EVENT_LOCK_FREE; saga NULL: there is none. */
MUST_CHECK enum saga_error locks_grant(struct engine *engine, const struct event *event,
                                       struct batch *batch, struct saga *saga);

#endif
