/* open_take.h - takes a request of the client of an open saga: register, complete, commit or abort.
 */
#ifndef ENGINE_OPEN_TAKE_H
#define ENGINE_OPEN_TAKE_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;

/* Takes an EVENT_OPEN and adds the answer to the batch. SAGA_NO_MEMORY: the engine is unusable from
 * then on. */
MUST_CHECK enum saga_error open_take(struct engine *engine, const struct event *event,
                                     struct batch *batch);

#endif
