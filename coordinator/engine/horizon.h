/* horizon.h - until when the sagas that sleep are in memory. */
#ifndef ENGINE_HORIZON_H
#define ENGINE_HORIZON_H

#include <stdint.h>

#include "journal/moment.h"

struct engine;

/* Says that every saga that sleeps and is due by until_ms on this clock is in memory now, and that
 * the first of the others is due at next_ms (INT64_MAX: none ever is). From now on, what is due by
 * until_ms stays in memory. until_ms never goes back, but with the host's clock. */
void engine_sleepers_loaded(struct engine *engine, enum timeline timeline, int64_t until_ms,
                            int64_t next_ms);
/* When the first saga that sleeps outside of memory is due, at the earliest, on each clock. By then
 * engine_sleepers_loaded() must have been called with a time at least as late. */
const struct dues *engine_next_sleeper(const struct engine *engine);

#endif
