/* starts.h - makes one start of a saga that an event or a schedule starts. */
#ifndef CORE_STARTS_H
#define CORE_STARTS_H

#include "base/error.h"

struct core;
struct event;

/* Lets the engine decide the start of a saga, by an event or a tick of a schedule, and returns its
 * reply. If the id is taken: SAGA_OK when the same start came before, SAGA_IDEMPOTENCY_CONFLICT
 * when another one did. *why may be set beside an error. */
enum saga_error starts_step(struct core *core, const struct event *start, const char **why);

#endif
