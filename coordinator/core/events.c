/* events.c - brings events from the inbox to the steps and definitions that want them. */
#include "core/events.h"

#include <stdlib.h>

#include "core/arrivals.h"
#include "core/deliver.h"
#include "core/full.h"
#include "core/recalled.h"
#include "core/recalls.h"
#include "core/state.h"

/* events offered to steps in one round: each may read a saga from the store */
enum { DELIVERIES_PER_ROUND = 512 };

void events_open(struct core *core)
{
    struct events *events = &core->events;
    struct store_facts facts;
    core_store(core)->ops->facts(core_store(core), &facts);
    map_open(&events->arrivals);
    map_open(&events->recalled);
    events->recalls_end = &events->recalls;
    events->offered = facts.inbox_offered;
    events->durable = facts.inbox_last;
    arena_open(&events->delivering.arena, &arena_heap, (size_t)8 * LIMIT_VALUE);
    buf_open(&events->delivering.event, (size_t)2 * LIMIT_VALUE);
    buf_open(&events->delivering.started, LIMIT_SAGA_MEMORY);
    buf_open(&events->scratch, LIMIT_SAGA_MEMORY);
}

void events_close(struct core *core)
{
    struct events *events = &core->events;
    size_t at = 0;
    for (struct arrival *a; (a = map_next(&events->arrivals, &at)) != NULL;) {
        arrivals_dismiss(a);
    }
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        recalled_forget(core, &core->works[i].events);
    }
    while (events->recalls) {
        struct recall *gone = events->recalls;
        events->recalls = gone->next;
        free(gone);
    }
    map_close(&events->arrivals);
    map_close(&events->recalled);
    arena_close(&events->delivering.arena);
    buf_close(&events->delivering.event);
    buf_close(&events->delivering.started);
    buf_close(&events->scratch);
}

void events_serve(struct core *core)
{
    core->events.is_serving = true;
}

static bool has_event(const struct events *events)
{
    return events->delivering.stage != DELIVER_NONE || events->offered < events->durable;
}

void events_round(struct core *core)
{
    struct events *events = &core->events;
    uint32_t left = DELIVERIES_PER_ROUND;
    if (!events->is_serving) {
        return;
    }
    recalls_run(core, &left);
    bool waits = events->retry_ms > core->now_ms;
    events->retry_ms = waits ? events->retry_ms : 0;
    while (!events->recalls && events->retry_ms == 0 && has_event(events) &&
           recalls_may_go_on(core, &left)) {
        deliver_next(core);
    }
}

int64_t events_next_due(const struct core *core)
{
    const struct events *events = &core->events;
    if (!events->is_serving || core_is_full(core) || (!events->recalls && !has_event(events))) {
        return INT64_MAX;
    }
    return events->recalls || events->retry_ms == 0 ? core->now_ms : events->retry_ms;
}

void events_released(struct core *core, struct work *work)
{
    const struct rows *rows = &work->batch.rows;
    if (rows->inbox_count > 0) {
        core->events.durable = rows->inbox[rows->inbox_count - 1].number;
    }
    while (work->events.decided) {
        struct arrival *arrival = work->events.decided;
        const struct inbox_done *done = arrivals_find_done(rows, arrival->number);
        work->events.decided = arrival->next;
        CHECK(done != NULL);
        (void)map_drop(&core->events.arrivals, span_of(arrival->key, arrival->key_size));
        arrivals_answer(arrival, done);
        free(arrival);
    }
    recalled_forget(core, &work->events);
}
