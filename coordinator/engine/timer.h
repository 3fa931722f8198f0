/* timer.h - when a saga in memory is looked at again: on each of the two clocks. */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct dues;
struct engine;
struct saga;

/* A new saga: of those that are due at the same time the oldest comes first. */
void timer_open(struct saga *saga);

/* The saga is looked at again when something is due. false = no memory. */
MUST_CHECK bool timer_set(struct engine *engine, struct saga *saga, const struct dues *dues);

/* The saga is not looked at any more. */
void timer_drop(struct engine *engine, struct saga *saga);

/* The saga that is due first of all, if the host's clock shows host_lead_ms more than running time,
 * and the running time at which it is; NULL, INT64_MAX: none is. */
struct saga *timer_first(const struct engine *engine, int64_t host_lead_ms, int64_t *due_ms);

#endif
