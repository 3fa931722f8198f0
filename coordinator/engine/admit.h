/* admit.h - a saga whose turn it is has its concurrency key. */
#ifndef ENGINE_ADMIT_H
#define ENGINE_ADMIT_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;
struct saga;

/* EVENT_ADMIT; saga NULL: there is none. */
MUST_CHECK enum saga_error claims_admit(struct engine *engine, const struct event *event,
                                        struct batch *batch, struct saga *saga);

#endif
