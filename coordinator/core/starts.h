/* starts.h - sagas that events and schedules start. */
#ifndef CORE_STARTS_H
#define CORE_STARTS_H

#include "base/error.h"

struct core;
struct event;

/* One start, of an event or a tick. What the engine replied, or what is known of the id already:
 * SAGA_OK also when the same start came before, SAGA_IDEMPOTENCY_CONFLICT when another one did.
 * *why may be set beside an error. */
enum saga_error starts_step(struct core *core, const struct event *start, const char **why);

#endif
