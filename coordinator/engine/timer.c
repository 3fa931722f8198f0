/* timer.c - the engine's timers: one heap for each of the two clocks, which holds the sagas that
 * are due by that clock. */
#include "engine/timer.h"

#include "engine/state.h"
#include "saga/saga.h"

void timer_open(struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    for (uint32_t i = 0; i < TIMELINE_COUNT; i++) {
        saga->live.timers[i].tie = saga->id;
    }
}

bool timer_set(struct engine *engine, struct saga *saga, const struct dues *dues)
{
    bool ok = true;
    PRE(saga->magic == SAGA_MAGIC);
    for (uint32_t i = 0; i < TIMELINE_COUNT; i++) {
        struct heap_node *node = &saga->live.timers[i];
        if (dues->ms[i] == INT64_MAX) {
            heap_drop(&engine->timers[i], node);
        } else if (node->place == 0 || node->due != dues->ms[i]) {
            ok = ok && heap_set(&engine->timers[i], node, dues->ms[i]) == SAGA_OK;
        }
    }
    return ok;
}

void timer_drop(struct engine *engine, struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    for (uint32_t i = 0; i < TIMELINE_COUNT; i++) {
        heap_drop(&engine->timers[i], &saga->live.timers[i]);
    }
}

struct saga *timer_first(const struct engine *engine, int64_t host_lead_ms, int64_t *due_ms)
{
    struct saga *first = NULL;
    *due_ms = INT64_MAX;
    for (uint32_t i = 0; i < TIMELINE_COUNT; i++) {
        struct heap_node *node = heap_first(&engine->timers[i]);
        if (!node) {
            continue;
        }
        struct saga *saga =
            (struct saga *)(void *)((uint8_t *)(node - i) - offsetof(struct saga, live.timers));
        CHECK(saga->magic == SAGA_MAGIC);
        int64_t node_ms = i == TIMELINE_HOST ? node->due - host_lead_ms : node->due;
        if (!first || node_ms < *due_ms || (node_ms == *due_ms && saga->id < first->id)) {
            first = saga;
            *due_ms = node_ms;
        }
    }
    IMPLIES(!first, *due_ms == INT64_MAX);
    return first;
}
