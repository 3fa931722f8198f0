/* deliver.h - an event that has come: into the inbox, and to a step that waits for it. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;
struct saga;

/* EVENT_DELIVER: offers an event of the inbox to the step of a saga (NULL: the saga is not
 * there), and says whether the step has taken it. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error deliver_event(struct engine *engine, const struct event *event,
                                         struct batch *batch, struct saga *saga);

/* EVENT_ARRIVED: an event from outside becomes a row of the inbox. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error deliver_arrived(struct engine *engine, const struct event *event,
                                           struct batch *batch);

#endif
