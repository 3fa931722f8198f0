/* arrivals.c - takes in events that come from outside, and tells their senders what came of
 * them. */
#include "core/arrivals.h"

#include <stdlib.h>

#include "core/decide.h"
#include "core/full.h"
#include "core/state.h"
#include "door/request.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "store/inbox.h"

void arrivals_dismiss(struct arrival *arrival)
{
    while (arrival->requests) {
        struct request *request = arrival->requests;
        arrival->requests = request->next;
        request_answer(request, SAGA_UNAVAILABLE, STOPPING);
    }
    free(arrival);
}

/* Source and id have a zero byte between them, and a source has none itself: so no two identities
 * are the same bytes. */
struct span arrivals_identity(const struct inbox_row *row, uint8_t *bytes)
{
    CHECK(row->source.size + row->id.size < IDENTITY_MAX);
    memcpy(bytes, row->source.data, row->source.size);
    bytes[row->source.size] = 0;
    memcpy(bytes + row->source.size + 1, row->id.data, row->id.size);
    return span_of(bytes, row->source.size + 1 + row->id.size);
}

static struct arrival *add_arrival(struct core *core, struct span key, uint64_t number)
{
    struct arrival *arrival = malloc(sizeof(*arrival) + key.size);
    if (!arrival) {
        return NULL;
    }
    *arrival = (struct arrival){.number = number, .key_size = key.size};
    memcpy(arrival->key, key.data, key.size);
    if (map_put(&core->events.arrivals, span_of(arrival->key, key.size), arrival) != SAGA_OK) {
        free(arrival);
        return NULL;
    }
    return arrival;
}

static void attach(struct arrival *arrival, struct request *request)
{
    request->next = arrival->requests;
    arrival->requests = request;
}

/* Does the saga exist that the event is for? An event for all sagas needs none. */
static enum saga_error find_target(struct core *core, struct span saga)
{
    struct name found;
    if (saga.size == 0 || engine_holds(core->engine, saga)) {
        return SAGA_OK;
    }
    return core_store(core)->ops->find_name(core_store(core), saga, &found);
}

static uint64_t kept(const struct core *core)
{
    uint64_t count = core_inbox(core)->count(core_store(core));
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        count += core->works[i].batch.rows.inbox_count;
    }
    return count;
}

const struct inbox_done *arrivals_find_done(const struct rows *rows, uint64_t number)
{
    for (uint32_t i = 0; i < rows->inbox_done_count; i++) {
        if (rows->inbox_done[i].number == number) {
            return &rows->inbox_done[i];
        }
    }
    return NULL;
}

/* The event was offered to all while no request waited for its outcome, and that outcome is in a
 * batch which is not durable yet: puts the arrival on that batch's list, so that requests which ask
 * now are answered when the batch is durable. */
static void await_decided(struct core *core, struct arrival *arrival)
{
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        struct work *work = &core->works[i];
        if (arrivals_find_done(&work->batch.rows, arrival->number)) {
            arrival->next = work->events.decided;
            work->events.decided = arrival;
        }
    }
}

/* Answers a request with an event that came before: at once if its outcome is durable, else when it
 * is. */
static void answer_again(struct core *core, struct request *request, struct span key,
                         const struct inbox_found *found)
{
    request->duplicate = true;
    if (found->is_offered) {
        struct answer answer = {
            .delivered = found->delivered, .started = found->started, .duplicate = true};
        request->answer(request, &answer);
        return;
    }
    struct arrival *arrival = add_arrival(core, key, found->number);
    if (arrival) {
        attach(arrival, request);
        await_decided(core, arrival);
    } else {
        request_answer(request, SAGA_NO_MEMORY, NULL);
    }
}

static void take_in(struct core *core, struct request *request, struct span key)
{
    enum saga_error rc = find_target(core, request->event.saga);
    if (rc == SAGA_OK && kept(core) >= LIMIT_INBOX) {
        rc = SAGA_OVERLOADED;
    }
    if (rc != SAGA_OK) {
        const char *why = rc == SAGA_NOT_FOUND    ? "there is no such saga"
                          : rc == SAGA_OVERLOADED ? "as many events as may be kept are kept already"
                                                  : NULL;
        request_answer(request, rc, why);
        return;
    }
    struct event event = {.kind = EVENT_ARRIVED, .now_ms = core->now_ms, .arrived = request->event};
    event.arrived.at_ms = event.arrived.at_ms ? event.arrived.at_ms : core_host_ms(core);
    struct arrival *arrival = add_arrival(core, key, engine_inbox_last(core->engine) + 1);
    if (!arrival) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    attach(arrival, request);
    decide_step(core, &event);
}

void arrivals_ask(struct core *core, struct request *request)
{
    uint8_t bytes[IDENTITY_MAX];
    struct inbox_found found;
    struct arena arena;
    if (core->draining || core_is_disk_full(core)) {
        request_answer(request, core->draining ? SAGA_UNAVAILABLE : SAGA_DISK_FULL, NULL);
        return;
    }
    struct span key = arrivals_identity(&request->event, bytes);
    struct arrival *arrival = map_get(&core->events.arrivals, key);
    if (arrival) {
        request->duplicate = true;
        attach(arrival, request);
        return;
    }
    arena_open(&arena, &arena_heap, LIMIT_SAGA_MEMORY);
    enum saga_error rc = core_inbox(core)->find(core_store(core), request->event.source,
                                                request->event.id, &arena, &found);
    if (rc == SAGA_OK) {
        answer_again(core, request, key, &found);
    } else if (rc == SAGA_NOT_FOUND) {
        take_in(core, request, key);
    } else {
        request_answer(request, rc, NULL);
    }
    arena_close(&arena);
}

void arrivals_answer(struct arrival *arrival, const struct inbox_done *done)
{
    while (arrival->requests) {
        struct request *request = arrival->requests;
        arrival->requests = request->next;
        struct answer answer = {.delivered = done->delivered,
                                .started = done->started,
                                .duplicate = request->duplicate};
        request->answer(request, &answer);
    }
}
