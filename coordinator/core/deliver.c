/* deliver.c - brings a durable event to the steps that wait for it and the definitions that it
 * starts. */
#include "core/deliver.h"

#include "base/mp.h"
#include "core/arrivals.h"
#include "core/decide.h"
#include "core/event_starts.h"
#include "core/recalled.h"
#include "core/state.h"
#include "engine/batch_items.h"
#include "engine/event.h"
#include "journal/event_value.h"
#include "store/inbox.h"

enum { WAITS_AT_ONCE = 64 };

/* Steps that may want the event, as one query of the store has found them. */
struct candidates {
    struct core *core;
    struct arena *arena;
    struct store_wait *items;
    uint32_t count;
    uint32_t capacity;
};

bool deliver_one(struct core *core, struct span saga, uint32_t step, const struct inbox_row *row)
{
    bool is_taken = false;
    struct event event = {.kind = EVENT_DELIVER,
                          .now_ms = core->now_ms,
                          .delivery = {.saga = saga,
                                       .step = step,
                                       .name = row->name,
                                       .number = row->number,
                                       .event = buf_span(&core->events.delivering.event),
                                       .came_ms = row->came_ms,
                                       .is_taken = &is_taken}};
    decide_step(core, &event);
    return is_taken && core->failure == SAGA_OK;
}

bool deliver_show(struct core *core, const struct inbox_row *row)
{
    struct buf *event = &core->events.delivering.event;
    buf_clear(event);
    event_value_put(event, row, true);
    if (buf_failed(event)) {
        core_fail(core, SAGA_NO_MEMORY);
    }
    return !buf_failed(event);
}

static enum saga_error note_wait(const struct store_wait *wait, void *arg)
{
    struct candidates *found = arg;
    bool ok = true;
    if (found->count == found->capacity) {
        uint32_t capacity = found->capacity ? found->capacity * 2 : WAITS_AT_ONCE;
        struct store_wait *items = arena_take(found->arena, capacity * sizeof(*items));
        if (!items) {
            return SAGA_NO_MEMORY;
        }
        for (uint32_t i = 0; i < found->count; i++) {
            items[i] = found->items[i];
        }
        found->items = items;
        found->capacity = capacity;
    }
    struct store_wait *item = &found->items[found->count++];
    *item = *wait;
    item->id = arena_copy(found->arena, wait->id, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static void deliver_all(struct core *core, const struct candidates *found)
{
    struct delivering *delivering = &core->events.delivering;
    for (uint32_t i = 0; i < found->count && core->failure == SAGA_OK; i++) {
        const struct store_wait *wait = &found->items[i];
        if (recalled_is(core, wait) && deliver_one(core, wait->id, wait->step, &delivering->row)) {
            delivering->delivered++;
        }
    }
}

/* Reads the event at the path that delivery has come to: the hash of what is there, which a step
 * must wait for to be offered the event; false: nothing is there. */
static bool value_at_path(struct core *core, int64_t *value)
{
    struct delivering *delivering = &core->events.delivering;
    struct span found;
    *value = 0;
    if (delivering->path.size == 0) {
        return true;
    }
    enum saga_error rc =
        event_value_at(buf_span(&delivering->event), delivering->path, &delivering->arena, &found);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return false;
    }
    *value = event_value_hash(found, &core->events.scratch);
    return found.size > 0;
}

static void next_path(struct core *core)
{
    struct delivering *delivering = &core->events.delivering;
    enum saga_error rc =
        core_inbox(core)->next_path(core_store(core), delivering->row.name, delivering->path,
                                    &delivering->arena, &delivering->path);
    delivering->saga = 0;
    delivering->step = 0;
    if (rc == SAGA_NOT_FOUND) {
        delivering->stage = DELIVER_STARTS;
    } else if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
}

/* Offers the event to some of the steps that wait for it by the current path (such as
 * "$.event.data.order"), and goes on to the next path when there are no more. */
static void deliver_some(struct core *core)
{
    struct delivering *delivering = &core->events.delivering;
    struct candidates found = {.core = core, .arena = &delivering->arena};
    struct wait_query query = {.name = delivering->row.name,
                               .path = delivering->path,
                               .saga = delivering->saga,
                               .step = delivering->step,
                               .limit = WAITS_AT_ONCE};
    if (value_at_path(core, &query.value)) {
        enum saga_error rc = core_inbox(core)->waits(core_store(core), &query, note_wait, &found);
        if (rc != SAGA_OK) {
            core_fail(core, rc);
        }
    }
    deliver_all(core, &found);
    if (found.count < WAITS_AT_ONCE) {
        next_path(core);
    } else {
        delivering->saga = found.items[found.count - 1].saga;
        delivering->step = found.items[found.count - 1].step;
    }
}

/* Delivers an event that is for one saga alone to the steps of that saga. */
static void deliver_to_one_saga(struct core *core)
{
    struct delivering *delivering = &core->events.delivering;
    struct candidates found = {.core = core, .arena = &delivering->arena};
    enum saga_error rc = core_inbox(core)->waits_of(core_store(core), delivering->row.saga,
                                                    delivering->row.name, note_wait, &found);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
    deliver_all(core, &found);
}

static void begin_delivering(struct core *core)
{
    struct delivering *delivering = &core->events.delivering;
    arena_reset(&delivering->arena);
    enum saga_error rc = core_inbox(core)->load(core_store(core), core->events.offered + 1,
                                                &delivering->arena, &delivering->row);
    if (rc != SAGA_OK) {
        core_fail(core, rc == SAGA_NOT_FOUND ? SAGA_STORE_CORRUPT : rc);
        return;
    }
    delivering->path = (struct span){NULL, 0};
    delivering->saga = 0;
    delivering->step = 0;
    delivering->delivered = 0;
    delivering->started_count = 0;
    delivering->catalog_at = 0;
    buf_clear(&delivering->started);
    if (deliver_show(core, &delivering->row)) {
        delivering->stage = DELIVER_WAITS;
    }
}

static void end_delivering(struct core *core)
{
    struct events *events = &core->events;
    struct delivering *delivering = &events->delivering;
    struct batch *batch = &core->making->batch;
    uint8_t bytes[IDENTITY_MAX];
    bool ok = true;
    struct buf *started = &events->scratch;
    buf_clear(started);
    mp_put_array(started, delivering->started_count);
    buf_write(started, delivering->started.data, delivering->started.size);
    struct inbox_done done = {.number = delivering->row.number,
                              .name = arena_copy(&batch->arena, delivering->row.name, &ok),
                              .source = arena_copy(&batch->arena, delivering->row.source, &ok),
                              .id = arena_copy(&batch->arena, delivering->row.id, &ok),
                              .delivered = delivering->delivered,
                              .started = arena_copy(&batch->arena, buf_span(started), &ok)};
    struct inbox_done *row = ok && !buf_failed(started) ? batch_inbox_done(batch) : NULL;
    if (!row || buf_failed(&delivering->started)) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *row = done;
    struct arrival *arrival =
        map_get(&events->arrivals, arrivals_identity(&delivering->row, bytes));
    if (arrival) {
        arrival->next = core->making->events.decided;
        core->making->events.decided = arrival;
    }
    events->offered = done.number;
    delivering->stage = DELIVER_NONE;
}

void deliver_next(struct core *core)
{
    struct delivering *delivering = &core->events.delivering;
    switch (delivering->stage) {
    case DELIVER_NONE:
        begin_delivering(core);
        return;
    case DELIVER_WAITS:
        if (delivering->row.saga.size > 0) {
            deliver_to_one_saga(core);
            end_delivering(core);
        } else {
            deliver_some(core);
        }
        return;
    case DELIVER_STARTS:
        if (event_starts_go_on(core)) {
            end_delivering(core);
        }
        return;
    }
}
