/* open_take.h - what the client of an open saga says of it. */
#ifndef ENGINE_OPEN_TAKE_H
#define ENGINE_OPEN_TAKE_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;

/* Decides an EVENT_OPEN, and answers it. SAGA_NO_MEMORY: the engine is unusable. */
MUST_CHECK enum saga_error open_take(struct engine *engine, const struct event *event,
                                     struct batch *batch);

#endif
