/* horizon.c - until when the sagas that sleep are in memory. */
#include "engine/horizon.h"

#include "engine/state.h"

void engine_sleepers_loaded(struct engine *engine, int64_t until_ms, int64_t next_ms)
{
    PRE(until_ms >= engine->horizon_ms);
    PRE(next_ms >= until_ms);
    engine->horizon_ms = until_ms;
    engine->next_sleeper_ms = next_ms;
}

int64_t engine_next_sleeper(const struct engine *engine)
{
    return engine->next_sleeper_ms;
}
