/* deliver.h - takes an event from outside into the inbox, and offers an event of the inbox to a
 * step that waits for it. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;
struct saga;

/* EVENT_DELIVER: offers an event of the inbox to one step of the saga (NULL: the saga is not in
 * memory), and sets delivery.is_taken to whether the step has taken it. Errors: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error deliver_event(struct engine *engine, const struct event *event,
                                         struct batch *batch, struct saga *saga);

/* EVENT_ARRIVED: adds an event from outside to the inbox, as a row of the batch. Errors:
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error deliver_arrived(struct engine *engine, const struct event *event,
                                           struct batch *batch);

#endif
