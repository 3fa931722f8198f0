/* deliver.h - an event that has come: into the inbox, and to a step that waits for it. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct event;
struct saga;

MUST_CHECK enum saga_error deliver_event(struct engine *engine, const struct event *event,
                                         struct batch *batch, struct saga *saga);

MUST_CHECK enum saga_error deliver_arrived(struct engine *engine, const struct event *event,
                                           struct batch *batch);

#endif
