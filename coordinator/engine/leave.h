/* leave.h - which sagas leave memory, and when. */
#ifndef ENGINE_LEAVE_H
#define ENGINE_LEAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct batch;
struct engine;
struct saga;
struct turn;

/* Until when the saga, which is due at due_ms, can sleep, as its head shall say; 0 = it stays
 * awake. */
int64_t leave_asleep_ms(const struct turn *turn, int64_t due_ms);

/* After a turn, or after loading: a saga that is final or can sleep leaves memory when all that
 * was decided by now has been released. */
void leave_later(struct engine *engine, struct saga *saga);

/* The batch of this serial (0 = none) is durable and its effects are out, and what came of those
 * effects is in the batch `making`: sagas that are final or asleep may leave memory.
 * SAGA_NO_MEMORY: stop. */
MUST_CHECK enum saga_error engine_released(struct engine *engine, uint64_t serial,
                                           struct batch *making);

/* Does a saga wait to leave memory with this batch, which may have nothing else to release? */
bool engine_waits_for(const struct engine *engine, uint64_t serial);

#endif
