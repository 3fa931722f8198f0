/* saga_begin.h - begins a new saga, for a client's start or as the child of another saga. */
#ifndef ENGINE_SAGA_BEGIN_H
#define ENGINE_SAGA_BEGIN_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;

/* EVENT_START: begins a new saga, or answers as before when the same request has begun it already.
 * A refusal is an answer too, with SAGA_OK. Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_begin(struct engine *engine, const struct event *event,
                                      struct batch *batch);

/* EVENT_CHILD: does what a parent saga asks of its child; begins the child if it is not there, or
 * tells the parent why it cannot begin. Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_begin_child(struct engine *engine, const struct event *event,
                                            struct batch *batch);

#endif
