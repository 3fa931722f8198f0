/* decide.h - one event decided: its saga in memory, the engine asked, the webhooks told. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "base/error.h"
#include "base/span.h"

struct core;
struct definition;
struct event;
struct saga_image;

/* Steps one event; loads its saga first when it has left memory. */
void decide_step(struct core *core, struct event *event);

/* Loads a saga into the engine. SAGA_NOT_FOUND; SAGA_STORE_CORRUPT: it cannot be read, and is set
 * aside. The same for an image of it. */
enum saga_error decide_load(struct core *core, struct span name);
enum saga_error decide_take(struct core *core, struct saga_image *image);

/* One event, from peers (peers_event_fn with arg = core). */
void core_event(const struct event *event, void *arg);

/* The definition of that name and version, for engine_load(); arg: the core. */
const struct definition *decide_definition(struct span name, uint32_t version, void *arg);

#endif
