/* leave.h - which sagas leave memory for the store, and when: those that have ended, and those that
 * only wait for long. */
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

/* Until when the saga can sleep outside of memory, to be written into its head; `dues` are the
 * times at which something is due in it. Zeros: it cannot sleep. */
struct asleep leave_asleep(const struct turn *turn, const struct dues *dues);

/* Called after a turn of the saga or after loading it: if the saga has ended or can sleep, it
 * leaves memory once the batch that is being made now has been released. */
void leave_later(struct engine *engine, struct saga *saga);

/* Called when the batch of this serial (0 = none) is durable, its effects have been carried out,
 * and what followed from those is in the batch `making`: takes out of memory the sagas that waited
 * for that. Errors: SAGA_NO_MEMORY, after which the engine is unusable. */
MUST_CHECK enum saga_error engine_released(struct engine *engine, uint64_t serial,
                                           struct batch *making);

/* Does a saga wait for the release of this batch, to leave memory? Then the batch must be released
 * even if it has neither rows nor effects. */
bool engine_waits_for(const struct engine *engine, uint64_t serial);

#endif
