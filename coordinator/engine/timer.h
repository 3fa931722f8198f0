/* timer.h - the engine's timers: when each saga in memory is next looked at, on each of the two
 * clocks. */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct dues;
struct engine;
struct saga;

/* Prepares the timers of a new saga: of sagas that are due at the same time the one with the
 * smallest id comes first. */
void timer_open(struct saga *saga);

/* Sets the saga's timers to these times. Returns false when memory runs out. */
MUST_CHECK bool timer_set(struct engine *engine, struct saga *saga, const struct dues *dues);

/* Takes the saga out of the timers. */
void timer_drop(struct engine *engine, struct saga *saga);

/* The saga that is due first, if the host's clock is host_lead_ms ahead of running time; *due_ms:
 * the running time at which it is due. NULL and INT64_MAX: no saga has a timer. */
struct saga *timer_first(const struct engine *engine, int64_t host_lead_ms, int64_t *due_ms);

#endif
