/* horizon.c - up to which due time sleeping sagas are loaded. */
#include "engine/horizon.h"

#include "engine/state.h"

void engine_sleepers_loaded(struct engine *engine, enum timeline timeline, int64_t until_ms,
                            int64_t next_ms)
{
    IMPLIES(timeline == TIMELINE_RUNNING, until_ms >= engine->horizon_ms[timeline]);
    PRE(next_ms >= until_ms);
    engine->horizon_ms[timeline] = until_ms;
    engine->next_sleeper.ms[timeline] = next_ms;
}

const struct dues *engine_next_sleeper(const struct engine *engine)
{
    return &engine->next_sleeper;
}
