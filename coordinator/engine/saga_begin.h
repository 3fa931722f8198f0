/* saga_begin.h - a new saga: by a client's start, or as a parent's child. */
#ifndef ENGINE_SAGA_BEGIN_H
#define ENGINE_SAGA_BEGIN_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;

/* EVENT_START: a new saga, or the same answer for the same request as before. A refusal is a reply.
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_begin(struct engine *engine, const struct event *event,
                                      struct batch *batch);

/* EVENT_CHILD: a parent asks something of a child, which is there, begins now, or will never be.
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error saga_begin_child(struct engine *engine, const struct event *event,
                                            struct batch *batch);

#endif
