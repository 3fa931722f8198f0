/* leave.h - which sagas leave memory, and when. */
#ifndef ENGINE_LEAVE_H
#define ENGINE_LEAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"
#include "saga/asleep.h"

struct batch;
struct dues;
struct engine;
struct saga;
struct turn;

/* Until when the saga, which has something to do at `dues`, can sleep, as its head shall say. */
struct asleep leave_asleep(const struct turn *turn, const struct dues *dues);

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
