/* horizon.h - up to which due time sleeping sagas are loaded. (A sleeping saga only waits, for a
 * long time, and is left in the store.) */
#ifndef ENGINE_HORIZON_H
#define ENGINE_HORIZON_H

#include <stdint.h>

#include "journal/moment.h"

struct engine;

/* The core says that it has loaded every sleeping saga that is due by until_ms on this clock, and
 * that the first of the others is due at next_ms (INT64_MAX: none is). From now on sagas that are
 * due by until_ms stay in memory. until_ms must not decrease, except when the host's clock is set
 * back. */
void engine_sleepers_loaded(struct engine *engine, enum timeline timeline, int64_t until_ms,
                            int64_t next_ms);
/* The time on each clock at which the first sleeping saga outside of memory may be due. By then the
 * core must have called engine_sleepers_loaded() with a time at least as late. */
const struct dues *engine_next_sleeper(const struct engine *engine);

#endif
