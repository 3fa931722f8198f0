/* offers.c - takes events in, and brings each to those who wait for it. */
#include "offers.h"

#include <stdlib.h>

#include "base/mp.h"
#include "core_parts.h"
#include "journal/event_value.h"
#include "engine/batch.h"

enum {
    OFFERS_PER_TURN = 512, /* each may read a saga from the store */
    WAITS_AT_ONCE = 64,
    IDENTITY_MAX = LIMIT_EVENT_SOURCE + LIMIT_EVENT_ID + 1,
};

static struct store *store_of(const struct core *core)
{
    return core->options.store;
}

static const struct store_inbox_ops *inbox_of(const struct core *core)
{
    return core->options.store->ops->inbox;
}

/* ---- life ---- */

void offers_open(struct core *core)
{
    struct offers *offers = &core->offers;
    struct store_facts facts;
    store_of(core)->ops->facts(store_of(core), &facts);
    map_open(&offers->arrivals);
    map_open(&offers->recalled);
    offers->recalls_end = &offers->recalls;
    offers->offered = facts.inbox_offered;
    offers->durable = facts.inbox_last;
    arena_open(&offers->offering.arena, &arena_heap, (size_t)8 * LIMIT_VALUE);
    buf_open(&offers->offering.event, (size_t)2 * LIMIT_VALUE);
    buf_open(&offers->offering.started, LIMIT_SAGA_MEMORY);
    buf_open(&offers->scratch, LIMIT_SAGA_MEMORY);
}

static void dismiss(struct arrival *arrival)
{
    while (arrival->requests) {
        struct request *request = arrival->requests;
        arrival->requests = request->next;
        core_answer(request, SAGA_UNAVAILABLE, STOPPING);
    }
    free(arrival);
}

static void forget_recalled(struct core *core, struct offers_work *work)
{
    while (work->recalled) {
        struct recalled *gone = work->recalled;
        work->recalled = gone->next;
        if (map_get(&core->offers.recalled, span_of(gone->key, sizeof(gone->key))) == gone) {
            (void)map_drop(&core->offers.recalled, span_of(gone->key, sizeof(gone->key)));
        }
        free(gone);
    }
}

void offers_close(struct core *core)
{
    struct offers *offers = &core->offers;
    size_t at = 0;
    for (struct arrival *a; (a = map_next(&offers->arrivals, &at)) != NULL;) {
        dismiss(a);
    }
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        forget_recalled(core, &core->works[i].offers);
    }
    while (offers->recalls) {
        struct recall *gone = offers->recalls;
        offers->recalls = gone->next;
        free(gone);
    }
    map_close(&offers->arrivals);
    map_close(&offers->recalled);
    arena_close(&offers->offering.arena);
    buf_close(&offers->offering.event);
    buf_close(&offers->offering.started);
    buf_close(&offers->scratch);
}

static bool add_recall(struct core *core, const struct store_wait *wait)
{
    struct offers *offers = &core->offers;
    struct recall *recall = malloc(sizeof(*recall) + wait->id.size + wait->name.size);
    if (!recall) {
        core_fail(core, SAGA_NO_MEMORY);
        return false;
    }
    *recall = (struct recall){.saga = wait->saga,
                              .step = wait->step,
                              .number = wait->mark,
                              .id_size = wait->id.size,
                              .name_size = wait->name.size};
    memcpy(recall->text, wait->id.data, wait->id.size);
    memcpy(recall->text + wait->id.size, wait->name.data, wait->name.size);
    *offers->recalls_end = recall;
    offers->recalls_end = &recall->next;
    return true;
}

static enum saga_error recover_wait(const struct store_wait *wait, void *arg)
{
    return add_recall(arg, wait) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error offers_recover(struct core *core)
{
    return inbox_of(core)->unrecalled(store_of(core), recover_wait, core);
}

void offers_serve(struct core *core)
{
    core->offers.is_serving = true;
}

void offers_recall(struct core *core, const struct effect *effect)
{
    struct store_wait wait = {.saga = effect->recall.saga,
                              .step = effect->recall.step,
                              .id = effect->recall.id,
                              .name = effect->recall.name,
                              .mark = effect->recall.mark};
    (void)add_recall(core, &wait);
}

/* ---- taking in ---- */

/* A source has no zero byte, so no two identities are the same bytes. */
static struct span identity_of(const struct inbox_row *row, uint8_t *bytes)
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
    if (map_put(&core->offers.arrivals, span_of(arrival->key, key.size), arrival) != SAGA_OK) {
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

/* Is the saga that the event is for there at all? */
static enum saga_error find_target(struct core *core, struct span saga)
{
    struct name found;
    struct event event = {.kind = EVENT_VERB, .verb.saga = saga};
    struct span lacking;
    if (saga.size == 0 || !engine_lacks(core->engine, &event, &lacking)) {
        return SAGA_OK;
    }
    return store_of(core)->ops->find_name(store_of(core), saga, &found);
}

static uint64_t kept(const struct core *core)
{
    uint64_t count = inbox_of(core)->count(store_of(core));
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        count += core->works[i].batch.rows.inbox_count;
    }
    return count;
}

static const struct inbox_done *find_done(const struct rows *rows, uint64_t number)
{
    for (uint32_t i = 0; i < rows->inbox_done_count; i++) {
        if (rows->inbox_done[i].number == number) {
            return &rows->inbox_done[i];
        }
    }
    return NULL;
}

/* Nobody waited when its outcome was decided, and that is not durable yet: it is answered with the
 * batch that has it. */
static void await_decided(struct core *core, struct arrival *arrival)
{
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        struct work *work = &core->works[i];
        if (find_done(&work->batch.rows, arrival->number)) {
            arrival->next = work->offers.decided;
            work->offers.decided = arrival;
        }
    }
}

/* One that came before: its outcome is known, or will be. */
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
        core_answer(request, SAGA_NO_MEMORY, NULL);
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
        core_answer(request, rc, why);
        return;
    }
    struct event event = {.kind = EVENT_ARRIVED, .now_ms = core->now_ms, .arrived = request->event};
    event.arrived.at_ms = event.arrived.at_ms ? event.arrived.at_ms : core->now_ms;
    struct arrival *arrival = add_arrival(core, key, engine_inbox_last(core->engine) + 1);
    if (!arrival) {
        core_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    attach(arrival, request);
    core_step(core, &event);
}

void offers_ask(struct core *core, struct request *request)
{
    uint8_t bytes[IDENTITY_MAX];
    struct inbox_found found;
    struct arena arena;
    if (core->draining || core_is_disk_full(core)) {
        core_answer(request, core->draining ? SAGA_UNAVAILABLE : SAGA_DISK_FULL, NULL);
        return;
    }
    struct span key = identity_of(&request->event, bytes);
    struct arrival *arrival = map_get(&core->offers.arrivals, key);
    if (arrival) {
        request->duplicate = true;
        attach(arrival, request);
        return;
    }
    arena_open(&arena, &arena_heap, LIMIT_SAGA_MEMORY);
    enum saga_error rc = inbox_of(core)->find(store_of(core), request->event.source,
                                              request->event.id, &arena, &found);
    if (rc == SAGA_OK) {
        answer_again(core, request, key, &found);
    } else if (rc == SAGA_NOT_FOUND) {
        take_in(core, request, key);
    } else {
        core_answer(request, rc, NULL);
    }
    arena_close(&arena);
}

/* ---- offering ---- */

static bool offer(struct core *core, struct span saga, uint32_t step, const struct inbox_row *row)
{
    bool is_taken = false;
    struct event event = {.kind = EVENT_OFFER,
                          .now_ms = core->now_ms,
                          .offer = {.saga = saga,
                                    .step = step,
                                    .name = row->name,
                                    .number = row->number,
                                    .event = buf_span(&core->offers.offering.event),
                                    .is_taken = &is_taken}};
    core_step(core, &event);
    return is_taken && core->failure == SAGA_OK;
}

static bool show_event(struct core *core, const struct inbox_row *row)
{
    struct buf *event = &core->offers.offering.event;
    buf_clear(event);
    event_value_put(event, row, true);
    if (buf_failed(event)) {
        core_fail(core, SAGA_NO_MEMORY);
    }
    return !buf_failed(event);
}

/* Its waits have been told: from the next commit on the store knows. */
static void end_recall(struct core *core, const struct recall *recall)
{
    struct batch *batch = &core->making->batch;
    bool ok = true;
    struct wait_row *row = batch_wait(batch);
    struct recalled *recalled = malloc(sizeof(*recalled));
    struct span name =
        arena_copy(&batch->arena, span_of(recall->text + recall->id_size, recall->name_size), &ok);
    if (!row || !recalled || !ok) {
        free(recalled);
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *row = (struct wait_row){
        .change = WAIT_RECALLED, .saga = recall->saga, .step = recall->step, .name = name};
    *recalled = (struct recalled){.next = core->making->offers.recalled,
                                  .key = {recall->saga, recall->step}};
    core->making->offers.recalled = recalled;
    if (map_put(&core->offers.recalled, span_of(recalled->key, sizeof(recalled->key)), recalled) !=
        SAGA_OK) {
        core_fail(core, SAGA_NO_MEMORY);
    }
}

/* Offers the next event that came before the wait; false: it has been told all, or has taken one.
 */
static bool recall_one(struct core *core, struct recall *recall)
{
    struct inbox_row row;
    struct arena *arena = &core->offers.offering.arena;
    struct span id = span_of(recall->text, recall->id_size);
    struct span name = span_of(recall->text + recall->id_size, recall->name_size);
    arena_reset(arena);
    enum saga_error rc = inbox_of(core)->next(store_of(core), name, recall->number, arena, &row);
    if (rc == SAGA_NOT_FOUND) {
        end_recall(core, recall);
        return false;
    }
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return false;
    }
    recall->number = row.number;
    bool concerns = row.saga.size == 0 || span_equal(row.saga, id);
    return !concerns || !show_event(core, &row) || !offer(core, id, recall->step, &row);
}

static bool may_go_on(const struct core *core, uint32_t *left)
{
    bool may = core->failure == SAGA_OK && !core_is_full(core) && *left > 0;
    *left -= may ? 1 : 0;
    return may;
}

static void run_recalls(struct core *core, uint32_t *left)
{
    struct offers *offers = &core->offers;
    while (offers->recalls && may_go_on(core, left)) {
        struct recall *recall = offers->recalls;
        if (!recall_one(core, recall)) {
            offers->recalls = recall->next;
            offers->recalls_end = recall->next ? offers->recalls_end : &offers->recalls;
            free(recall);
        }
    }
}

/* Steps that the event may concern, found at once. */
struct candidates {
    struct core *core;
    struct arena *arena;
    struct store_wait *items;
    uint32_t count;
    uint32_t capacity;
};

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

/* A wait that is not recalled yet will come to this event by itself: it is durable, and kept. */
static bool is_recalled(const struct core *core, const struct store_wait *wait)
{
    uint64_t key[2] = {wait->saga, wait->step};
    return wait->is_recalled || map_get(&core->offers.recalled, span_of(key, sizeof(key))) != NULL;
}

static void offer_all(struct core *core, const struct candidates *found)
{
    struct offering *offering = &core->offers.offering;
    for (uint32_t i = 0; i < found->count && core->failure == SAGA_OK; i++) {
        const struct store_wait *wait = &found->items[i];
        if (is_recalled(core, wait) && offer(core, wait->id, wait->step, &offering->row)) {
            offering->delivered++;
        }
    }
}

/* The value that waits of this path must have; false: the event has none. */
static bool value_at_path(struct core *core, int64_t *value)
{
    struct offering *offering = &core->offers.offering;
    struct span found;
    *value = 0;
    if (offering->path.size == 0) {
        return true;
    }
    enum saga_error rc =
        event_value_at(buf_span(&offering->event), offering->path, &offering->arena, &found);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return false;
    }
    *value = event_value_hash(found, &core->offers.scratch);
    return found.size > 0;
}

static void next_path(struct core *core)
{
    struct offering *offering = &core->offers.offering;
    enum saga_error rc = inbox_of(core)->next_path(
        store_of(core), offering->row.name, offering->path, &offering->arena, &offering->path);
    offering->saga = 0;
    offering->step = 0;
    if (rc == SAGA_NOT_FOUND) {
        offering->stage = OFFER_STARTS;
    } else if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
}

/* Some of the waits of the path at work; then those of the next. */
static void offer_some(struct core *core)
{
    struct offering *offering = &core->offers.offering;
    struct candidates found = {.core = core, .arena = &offering->arena};
    struct wait_query query = {.name = offering->row.name,
                               .path = offering->path,
                               .saga = offering->saga,
                               .step = offering->step,
                               .limit = WAITS_AT_ONCE};
    if (value_at_path(core, &query.value)) {
        enum saga_error rc = inbox_of(core)->waits(store_of(core), &query, note_wait, &found);
        if (rc != SAGA_OK) {
            core_fail(core, rc);
        }
    }
    offer_all(core, &found);
    if (found.count < WAITS_AT_ONCE) {
        next_path(core);
    } else {
        offering->saga = found.items[found.count - 1].saga;
        offering->step = found.items[found.count - 1].step;
    }
}

/* The event is for one saga alone. */
static void offer_to_one(struct core *core)
{
    struct offering *offering = &core->offers.offering;
    struct candidates found = {.core = core, .arena = &offering->arena};
    enum saga_error rc = inbox_of(core)->waits_of(store_of(core), offering->row.saga,
                                                  offering->row.name, note_wait, &found);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
    offer_all(core, &found);
}

static void begin_offering(struct core *core)
{
    struct offering *offering = &core->offers.offering;
    arena_reset(&offering->arena);
    enum saga_error rc = inbox_of(core)->load(store_of(core), core->offers.offered + 1,
                                              &offering->arena, &offering->row);
    if (rc != SAGA_OK) {
        core_fail(core, rc == SAGA_NOT_FOUND ? SAGA_STORE_CORRUPT : rc);
        return;
    }
    offering->path = (struct span){NULL, 0};
    offering->saga = 0;
    offering->step = 0;
    offering->delivered = 0;
    offering->started_count = 0;
    offering->catalog_at = 0;
    buf_clear(&offering->started);
    if (show_event(core, &offering->row)) {
        offering->stage = OFFER_WAITS;
    }
}

static void end_offering(struct core *core)
{
    struct offers *offers = &core->offers;
    struct offering *offering = &offers->offering;
    struct batch *batch = &core->making->batch;
    uint8_t bytes[IDENTITY_MAX];
    bool ok = true;
    struct buf *started = &offers->scratch;
    buf_clear(started);
    mp_put_array(started, offering->started_count);
    buf_write(started, offering->started.data, offering->started.size);
    struct inbox_done done = {.number = offering->row.number,
                              .name = arena_copy(&batch->arena, offering->row.name, &ok),
                              .source = arena_copy(&batch->arena, offering->row.source, &ok),
                              .id = arena_copy(&batch->arena, offering->row.id, &ok),
                              .delivered = offering->delivered,
                              .started = arena_copy(&batch->arena, buf_span(started), &ok)};
    struct inbox_done *row = ok && !buf_failed(started) ? batch_inbox_done(batch) : NULL;
    if (!row || buf_failed(&offering->started)) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *row = done;
    struct arrival *arrival = map_get(&offers->arrivals, identity_of(&offering->row, bytes));
    if (arrival) {
        arrival->next = core->making->offers.decided;
        core->making->offers.decided = arrival;
    }
    offers->offered = done.number;
    offering->stage = OFFER_NONE;
}

static void offer_next(struct core *core)
{
    struct offering *offering = &core->offers.offering;
    switch (offering->stage) {
    case OFFER_NONE:
        begin_offering(core);
        return;
    case OFFER_WAITS:
        if (offering->row.saga.size > 0) {
            offer_to_one(core);
            end_offering(core);
        } else {
            offer_some(core);
        }
        return;
    case OFFER_STARTS:
        if (offers_start(core)) {
            end_offering(core);
        }
        return;
    }
}

static bool has_event(const struct offers *offers)
{
    return offers->offering.stage != OFFER_NONE || offers->offered < offers->durable;
}

void offers_turn(struct core *core)
{
    struct offers *offers = &core->offers;
    uint32_t left = OFFERS_PER_TURN;
    if (!offers->is_serving) {
        return;
    }
    run_recalls(core, &left);
    bool waits = offers->retry_ms > core->now_ms;
    offers->retry_ms = waits ? offers->retry_ms : 0;
    while (!offers->recalls && offers->retry_ms == 0 && has_event(offers) &&
           may_go_on(core, &left)) {
        offer_next(core);
    }
}

int64_t offers_next_due(const struct core *core)
{
    const struct offers *offers = &core->offers;
    if (!offers->is_serving || core_is_full(core) || (!offers->recalls && !has_event(offers))) {
        return INT64_MAX;
    }
    return offers->recalls || offers->retry_ms == 0 ? core->now_ms : offers->retry_ms;
}

/* ---- durable ---- */

static void answer_all(struct arrival *arrival, const struct inbox_done *done)
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

void offers_released(struct core *core, struct work *work)
{
    const struct rows *rows = &work->batch.rows;
    if (rows->inbox_count > 0) {
        core->offers.durable = rows->inbox[rows->inbox_count - 1].number;
    }
    while (work->offers.decided) {
        struct arrival *arrival = work->offers.decided;
        const struct inbox_done *done = find_done(rows, arrival->number);
        work->offers.decided = arrival->next;
        CHECK(done != NULL);
        (void)map_drop(&core->offers.arrivals, span_of(arrival->key, arrival->key_size));
        answer_all(arrival, done);
        free(arrival);
    }
    forget_recalled(core, &work->offers);
}
