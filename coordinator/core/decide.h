/* decide.h - decides one event: loads its saga into memory, asks the engine, and tells the
 * webhooks. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "base/error.h"
#include "base/span.h"

struct core;
struct definition;
struct event;
struct saga_image;

/* Lets the engine decide one event; loads the event's saga first if it has left memory. */
void decide_step(struct core *core, struct event *event);

/* Loads a saga into the engine: by its name from the store, or from an image of it. SAGA_NOT_FOUND;
 * SAGA_STORE_CORRUPT: the saga cannot be read, and was set aside. */
enum saga_error decide_load(struct core *core, struct span name);
enum saga_error decide_take(struct core *core, struct saga_image *image);

/* Takes one event from peers: a peers_event_fn, whose arg is the core. */
void core_event(const struct event *event, void *arg);

/* Finds the definition of that name and version for engine_load(); arg: the core. */
const struct definition *decide_definition(struct span name, uint32_t version, void *arg);

#endif
