/* core.c - the round of the coordinator: decide events, submit the batch to the store, release
 * its effects. */
#include "core/core.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/aside.h"
#include "core/decide.h"
#include "core/full.h"
#include "core/outputs.h"
#include "core/release.h"
#include "core/sleepers.h"
#include "core/state.h"
#include "core/waiters.h"
#include "engine/batch.h"
#include "engine/engine.h"
#include "engine/engine_options.h"
#include "engine/event.h"
#include "engine/leave.h"
#include "peers/peers.h"

enum {
    SET_BACK_MS = 1000,   /* a host's clock that goes back by less is only being adjusted */
    DISK_RETRY_MS = 1000, /* from one try to write to a full disk to the next */
    /* rounds for which a small batch waits for more rows: see is_small() */
    HOLDS_MAX = 8,
    POOL_BYTES = 1024 * 1024, /* memory given back that is kept for later sagas and batches */
    RELEASE_MAX = 4,          /* batches released in one round */
    /* a saga that waits for less stays in memory: to load it again costs more */
    NEAR_MS = 30000,
};

enum saga_error core_new(const struct core_options *options, struct core **core)
{
    struct core *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    struct store_facts facts;
    options->store->ops->facts(options->store, &facts);
    int64_t near_ms = options->near_ms ? options->near_ms : NEAR_MS;
    pool_open(&made->pool, POOL_BYTES);
    struct engine_options engine = {.memory = &made->pool.source,
                                    .dead_ms = options->dead_ms,
                                    .seed = options->seed,
                                    .last_lsn = facts.last_lsn,
                                    .facets_lsn = facts.facets_lsn,
                                    .last_saga = facts.last_saga,
                                    .inbox_last = facts.inbox_last,
                                    .sagas_max = options->sagas_max,
                                    .near_ms = near_ms,
                                    .tells = options->hooks && options->hooks->count > 0};
    enum saga_error rc = engine_new(&engine, &made->engine);
    if (rc != SAGA_OK) {
        free(made);
        return rc;
    }
    made->options = *options;
    made->options.near_ms = near_ms;
    made->lsn_durable = facts.last_lsn;
    memcpy(made->minted, facts.minted, sizeof(made->minted));
    made->minted_size = facts.minted_size;
    made->making = &made->works[0];
    for (size_t i = 0; i < ARRAY_COUNT(made->works); i++) {
        batch_open(&made->works[i].batch, &made->pool.source);
    }
    map_open(&made->requests);
    map_open(&made->waiters);
    map_open(&made->keys_pending);
    made->deferred_end = &made->deferred;
    heap_open(&made->deadlines);
    ticks_open(made);
    events_open(made);
    aside_open(made);
    made->entropy = (struct entropy){made->random, sizeof(made->random), sizeof(made->random)};
    *core = made;
    return SAGA_OK;
}

static void dismiss(struct request *request)
{
    while (request) {
        struct request *next = request->next;
        request_answer(request, SAGA_UNAVAILABLE, STOPPING);
        request = next;
    }
}

/* Waits until the store is done with its batch, durable or lost for good: its thread reads the
 * batch until then. */
static void outwait_store(const struct core *core)
{
    struct store *store = core->options.store;
    struct pollfd wake = {.fd = store->ops->wake(store), .events = POLLIN};
    uint64_t count = 0;
    while (wake.fd >= 0 && core->syncing && store->ops->durable(store, &count) == SAGA_OK &&
           count < core->submitted) {
        MAYBE(poll(&wake, 1, -1) > 0);
    }
}

void core_destroy(struct core **core)
{
    struct core *gone = *core;
    if (!gone) {
        return;
    }
    outwait_store(gone);
    waiters_close(gone);
    outputs_close(gone);
    events_close(gone);
    aside_close(gone);
    size_t at = 0;
    for (struct request *r; (r = map_next(&gone->requests, &at)) != NULL;) {
        request_answer(r, SAGA_UNAVAILABLE, STOPPING);
    }
    dismiss(gone->deferred);
    for (size_t i = 0; i < ARRAY_COUNT(gone->works); i++) {
        dismiss(gone->works[i].defines);
        dismiss(gone->works[i].settles);
        batch_close(&gone->works[i].batch);
    }
    if (gone->reader) {
        gone->reader->ops->close(&gone->reader);
    }
    map_close(&gone->requests);
    map_close(&gone->waiters);
    map_close(&gone->keys_pending);
    heap_close(&gone->deadlines);
    ticks_close(gone);
    engine_destroy(&gone->engine);
    pool_close(&gone->pool);
    free(gone);
    *core = NULL;
}

void core_set_peers(struct core *core, struct peers *peers)
{
    core->peers = peers;
    core->placement =
        (struct placement){.choose = peers_choose, .give_back = peers_give_back, .arg = peers};
}

static bool has_rows(const struct work *work)
{
    const struct rows *rows = &work->batch.rows;
    return rows->row_count > 0 || rows->head_count > 0 || rows->name_count > 0 ||
           rows->definition_count > 0 || rows->delivery_count > 0 || rows->hook_count > 0 ||
           rows->schedule_count > 0 || rows->lock_count > 0 || rows->inbox_count > 0 ||
           rows->inbox_done_count > 0 || rows->wait_count > 0 || rows->facet_count > 0 ||
           rows->clock;
}

/* Does the batch hold effects, answers, or sagas to be released, though it has no row to write? */
static bool has_effects(const struct core *core, const struct work *work)
{
    return work->batch.effect_count > 0 || work->defines || work->settles ||
           engine_waits_for(core->engine, work->batch.serial);
}

static void swap(struct core *core)
{
    struct work *free_work = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        struct work *work = &core->works[i];
        if (work != core->making && work != core->syncing && work != core->releasing) {
            free_work = work;
        }
    }
    CHECK(free_work != NULL);
    core->making = free_work;
}

/* Takes the batch that has become durable back from the store, to be released; NULL = none has. */
static struct work *collect(struct core *core)
{
    struct store *store = core->options.store;
    struct work *work = NULL;
    uint64_t count = 0;
    enum saga_error rc = store->ops->durable(store, &count);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    } else if (core->syncing && count >= core->submitted) {
        work = core->syncing;
        core->syncing = NULL;
    }
    return work;
}

/* Tasks that left together mostly have their results together. A commit that takes the first few of
 * these results makes the rest wait for that commit's sync, and from then on every batch is small:
 * more syncs, more wake-ups, for the same work. So a batch smaller than the one before it waits for
 * some moments, not for ever; a batch that has grown is given to the store at once, and so is the
 * only batch of a quiet hour. A batch that is large enough to be worth a sync does not wait either:
 * else disk and participants would work by turns instead of at once. */
static bool is_small(const struct core *core)
{
    uint32_t rows = core->making->batch.rows.row_count;
    return rows > 0 && rows < core->rows_before && rows < SMALL_ROWS && core->holds < HOLDS_MAX;
}

static void let_go(struct core *core, struct work *work)
{
    core->releasing = work;
    if (core->making == work) {
        swap(core);
    }
    release(core, work);
    core->releasing = NULL;
}

enum saga_error core_serve(struct core *core, int64_t now_ms)
{
    struct event event = {.kind = EVENT_SERVING, .now_ms = now_ms};
    core->now_ms = now_ms;
    core->making->batch.rows.clock = core->options.clock;
    decide_step(core, &event);
    ticks_serve(core);
    events_serve(core);
    aside_serve(core);
    return core->failure;
}

/* Gives the batch in the making to the store; one without rows is released at once. false: there is
 * nothing to give, or it must wait. */
static bool submit(struct core *core)
{
    struct work *work = core->making;
    if (core->syncing || core->failure != SAGA_OK) {
        return false;
    }
    if (!has_rows(work)) {
        if (!has_effects(core, work)) {
            return false;
        }
        let_go(core, work);
        return true;
    }
    if (core->disk_retry_ms > core->now_ms) {
        return false;
    }
    struct store *store = core->options.store;
    enum saga_error rc = store->ops->submit(store, &work->batch.rows);
    if (rc == SAGA_DISK_FULL) {
        if (core->disk_retry_ms == 0) {
            log_line(LOG_ERROR, "disk_full", "what", "nothing is accepted until there is room",
                     NULL);
        }
        core->disk_retry_ms = core->now_ms + DISK_RETRY_MS;
        return false;
    }
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return false;
    }
    if (core->disk_retry_ms > 0) {
        log_line(LOG_INFO, "disk_has_room", NULL);
        core->disk_retry_ms = 0;
    }
    core->submitted++;
    core->space_ms = 0; /* the batch takes room on the disk: ask the store how much is left */
    core->rows_before = work->batch.rows.row_count;
    core->syncing = work;
    swap(core);
    return true;
}

void core_set_host(struct core *core, int64_t host_lead_ms)
{
    core->host_lead_ms = host_lead_ms;
    if (host_lead_ms > core->lead_most_ms) {
        core->lead_most_ms = host_lead_ms;
    } else if (host_lead_ms < core->lead_most_ms - SET_BACK_MS) {
        core->lead_most_ms = host_lead_ms;
        sleepers_set_back(core);
        ticks_set_back(core);
    }
}

void core_begin(struct core *core, int64_t now_ms)
{
    core->now_ms = now_ms;
}

enum saga_error core_round(struct core *core, int64_t now_ms)
{
    core->now_ms = now_ms;
    if (sleepers_due(core) <= now_ms && !core_is_full(core)) {
        sleepers_load(core);
    }
    if (engine_next_due(core->engine, core->host_lead_ms) <= now_ms && !core_is_full(core)) {
        struct event event = {.kind = EVENT_TIME, .now_ms = now_ms};
        decide_step(core, &event);
    }
    ticks_round(core);
    aside_round(core);
    waiters_expire(core);
    if (core->peers && peers_next_due(core->peers) <= now_ms) {
        peers_tick(core->peers, now_ms);
    }
    struct work *durable = collect(core);
    /* Submits the next batch first, so that it syncs while the effects of the durable one leave. */
    core->releasing = durable;
    if (durable && has_rows(core->making) && !is_small(core)) {
        (void)submit(core);
    }
    if (durable) {
        let_go(core, durable);
    }
    events_round(core);
    core->holds = !core->syncing && is_small(core) ? core->holds + 1 : 0;
    if (core->holds > 0) {
        return core->failure;
    }
    /* To release effects makes new events (such as: a task was sent), which need another release; a
     * few rounds settle that. */
    for (uint32_t i = 0; i < RELEASE_MAX && submit(core); i++) {
    }
    return core->failure;
}

int64_t core_next_due(const struct core *core)
{
    /* While the batch is full no timer is handled either; the store wakes the loop when it is
     * done. */
    int64_t due_ms = INT64_MAX;
    if (!core_is_full(core)) {
        int64_t sleepers_ms = sleepers_due(core);
        due_ms = engine_next_due(core->engine, core->host_lead_ms);
        due_ms = sleepers_ms < due_ms ? sleepers_ms : due_ms;
    }
    const struct heap_node *deadline = heap_first(&core->deadlines);
    int64_t peers_ms = core->peers ? peers_next_due(core->peers) : INT64_MAX;
    due_ms = deadline && deadline->due < due_ms ? deadline->due : due_ms;
    int64_t schedules_ms = ticks_next_due(core);
    due_ms = peers_ms < due_ms ? peers_ms : due_ms;
    due_ms = schedules_ms < due_ms ? schedules_ms : due_ms;
    int64_t events_ms = events_next_due(core);
    due_ms = events_ms < due_ms ? events_ms : due_ms;
    bool waits = !core->syncing && core->disk_retry_ms > 0;
    if (waits && core->disk_retry_ms < due_ms) {
        due_ms = core->disk_retry_ms;
    }
    /* Effects of a batch without rows need not wait for the store: they leave in the next round. */
    bool ready = !core->syncing && core->disk_retry_ms == 0 &&
                 (has_rows(core->making) || has_effects(core, core->making));
    ready |= aside_is_due(core);
    return ready ? core->now_ms : due_ms;
}

bool core_is_syncing(const struct core *core)
{
    return core->syncing != NULL;
}

bool core_is_holding(const struct core *core)
{
    return core->holds > 0;
}

bool core_is_idle(const struct core *core)
{
    return !core->syncing && !has_rows(core->making) && !has_effects(core, core->making) &&
           events_next_due(core) == INT64_MAX;
}

void core_stats(const struct core *core, struct core_stats *stats)
{
    *stats = (struct core_stats){.commits = core->submitted - (core->syncing ? 1 : 0),
                                 .rows = core->rows,
                                 .sagas = engine_count(core->engine)};
}

void core_drain(struct core *core)
{
    core->draining = true;
}
