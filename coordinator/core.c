/* core.c - decide, submit, release. */
#include "core.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core_parts.h"
#include "engine/batch.h"

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
    schedules_open(made);
    offers_open(made);
    made->entropy = (struct entropy){made->random, sizeof(made->random), sizeof(made->random)};
    *core = made;
    return SAGA_OK;
}

static void dismiss(struct request *request)
{
    while (request) {
        struct request *next = request->next;
        core_answer(request, SAGA_UNAVAILABLE, STOPPING);
        request = next;
    }
}

/* A batch that is with the store is read by its thread until it is durable, or lost for good. */
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
    offers_close(gone);
    size_t at = 0;
    for (struct request *r; (r = map_next(&gone->requests, &at)) != NULL;) {
        core_answer(r, SAGA_UNAVAILABLE, STOPPING);
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
    schedules_close(gone);
    engine_destroy(&gone->engine);
    pool_close(&gone->pool);
    free(gone);
    *core = NULL;
}

void core_set_peers(struct core *core, struct peers *peers)
{
    core->peers = peers;
}

void core_fail(struct core *core, enum saga_error error)
{
    if (core->failure == SAGA_OK) {
        core->failure = error;
        log_line(LOG_ERROR, "core_failed", "error", error_code(error), "what",
                 error_sentence(error), NULL);
    }
}

/* ---- recovery ---- */

static const struct definition *lookup(struct span name, uint32_t version, void *arg)
{
    const struct core *core = arg;
    return catalog_find(core->options.catalog, name, version);
}

struct recovery {
    struct core *core;
    char *why;
    size_t why_size;
};

static enum saga_error recover_definition(const struct definition_row *row, void *arg)
{
    struct recovery *recovery = arg;
    enum saga_error rc = catalog_add(recovery->core->options.catalog, row);
    if (rc != SAGA_OK) {
        snprintf(recovery->why, recovery->why_size, "definition %.*s version %u: %s",
                 (int)row->name.size, (const char *)row->name.data, row->version,
                 error_sentence(rc));
    }
    return rc;
}

static enum saga_error recover_claim(const struct store_claim *claim, void *arg)
{
    const struct core *core = arg;
    return engine_claim(core->engine, &claim->row, claim->name);
}

static enum saga_error recover_saga(const struct saga_image *image, void *arg)
{
    struct recovery *recovery = arg;
    const char *why = NULL;
    enum saga_error rc = engine_load(recovery->core->engine, image, lookup, recovery->core, &why);
    if (rc != SAGA_OK) {
        snprintf(recovery->why, recovery->why_size, "saga %.*s: %s", (int)image->name.size,
                 (const char *)image->name.data, why ? why : error_sentence(rc));
    }
    return rc;
}

enum saga_error core_recover(struct core *core, char *why, size_t why_size)
{
    struct store *store = core->options.store;
    struct recovery recovery = {core, why, why_size};
    snprintf(why, why_size, "the store cannot be read");
    enum saga_error rc = store->ops->load_definitions(store, recover_definition, &recovery);
    if (rc == SAGA_OK) {
        rc = store->ops->load_claims(store, recover_claim, core);
    }
    if (rc == SAGA_OK) {
        rc = store->ops->load_awake(store, recover_saga, &recovery);
    }
    if (rc == SAGA_OK) {
        rc = hooks_open(core);
    }
    if (rc == SAGA_OK) {
        rc = schedules_recover(core);
    }
    if (rc == SAGA_OK) {
        rc = offers_recover(core);
    }
    if (rc == SAGA_OK) {
        char count[16];
        snprintf(count, sizeof(count), "%u", engine_count(core->engine));
        log_line(LOG_INFO, "recovered", "sagas", count, NULL);
    }
    return rc;
}

/* ---- deciding ---- */

static void refill(struct core *core)
{
    if (core->entropy.size - core->entropy.used < (size_t)ENTROPY_PER_EVENT) {
        core->options.random(core->random, sizeof(core->random), core->options.random_arg);
        core->entropy.used = 0;
    }
}

static enum saga_error take(struct core *core, const struct saga_image *image)
{
    const char *why = NULL;
    enum saga_error rc = engine_load(core->engine, image, lookup, core, &why);
    if (rc == SAGA_STORE_CORRUPT) {
        char saga[LIMIT_SAGA_ID * 2 + 1];
        snprintf(saga, sizeof(saga), "%.*s", (int)image->name.size, (const char *)image->name.data);
        log_line(LOG_ERROR, "saga_unreadable", "saga", saga, "what", why ? why : "", NULL);
    }
    return rc;
}

enum saga_error core_load(struct core *core, struct span name)
{
    struct store *store = core->options.store;
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    enum saga_error rc = store->ops->load_one(store, name, &arena, &image);
    if (rc == SAGA_OK) {
        rc = take(core, &image);
    }
    arena_close(&arena);
    return rc;
}

void core_step(struct core *core, struct event *event)
{
    if (core->failure != SAGA_OK) {
        return;
    }
    struct span name;
    /* A start does not need its saga: whether the name is taken was looked up before. */
    if (event->kind != EVENT_START && engine_lacks(core->engine, event, &name)) {
        enum saga_error rc = core_load(core, name);
        if (rc != SAGA_OK && rc != SAGA_NOT_FOUND) {
            core_fail(core, rc);
            return;
        }
    }
    refill(core);
    event->entropy = &core->entropy;
    struct batch *batch = &core->making->batch;
    uint32_t told = batch->rows.notice_count;
    enum saga_error rc = engine_step(core->engine, event, batch);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    } else if (batch->rows.notice_count > told) {
        hooks_tell(core, told);
    }
}

void core_event(const struct event *event, void *arg)
{
    struct core *core = arg;
    struct event own = *event;
    core_step(core, &own);
}

/* ---- releasing ---- */

static void alert(const struct effect *effect)
{
    char saga[LIMIT_SAGA_ID * 2 + 1];
    char step[LIMIT_STEP + 1];
    char code[LIMIT_CODE + 1];
    snprintf(saga, sizeof(saga), "%.*s", (int)effect->status.saga.size,
             (const char *)effect->status.saga.data);
    snprintf(step, sizeof(step), "%.*s", (int)effect->status.step.size,
             effect->status.step.size ? (const char *)effect->status.step.data : "");
    snprintf(code, sizeof(code), "%.*s", (int)effect->status.code.size,
             (const char *)effect->status.code.data);
    log_line(LOG_WARN, "alert", "saga", saga, "step", step, "code", code, "state",
             saga_state_name(effect->status.state), NULL);
}

/* ---- families: what one saga wants of another is an event of that one ---- */

static void ask_child(struct core *core, const struct child_ask *ask)
{
    struct event event = {.kind = EVENT_CHILD, .now_ms = core->now_ms, .child = *ask};
    /* While draining nothing new begins: it is asked again after the restart. */
    if (ask->wish != CHILD_START || !core->draining) {
        event.child.start.definition =
            catalog_find(core->options.catalog, ask->definition, ask->version);
        core_step(core, &event);
    }
}

static void tell_parent(struct core *core, const struct child_end *end)
{
    struct event event = {.kind = EVENT_CHILD_END, .now_ms = core->now_ms, .child_end = *end};
    core_step(core, &event);
}

static void admit(struct core *core, struct span saga)
{
    struct event event = {.kind = EVENT_ADMIT, .now_ms = core->now_ms, .admit = saga};
    core_step(core, &event);
}

static void release_effect(struct core *core, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_TASK:
        peers_task(core->peers, effect->task, core->now_ms);
        return;
    case EFFECT_CANCEL:
        peers_cancel(core->peers, effect, core->now_ms);
        return;
    case EFFECT_DONE:
        if (effect->ref & REF_OF_REQUEST) {
            core_finished(core, effect);
        } else {
            peers_done(core->peers, effect, core->now_ms);
        }
        return;
    case EFFECT_REPLY:
        core_reply(core, effect);
        return;
    case EFFECT_STATUS:
        waiters_wake(core, effect);
        return;
    case EFFECT_ALERT:
        alert(effect);
        return;
    case EFFECT_CHILD:
        ask_child(core, effect->child);
        return;
    case EFFECT_CHILD_END:
        tell_parent(core, effect->child_end);
        return;
    case EFFECT_RECALL:
        offers_recall(core, effect);
        return;
    case EFFECT_ADMIT:
        admit(core, effect->status.saga);
        return;
    }
}

static void forget_keys(struct core *core, const struct rows *rows)
{
    for (uint32_t i = 0; i < rows->name_count && core->keys_pending.count > 0; i++) {
        (void)map_drop(&core->keys_pending, rows->names[i].text);
    }
}

static void fetch(const struct batch *batch, uint32_t i, enum engine_fetch what)
{
    if (i < batch->effect_count && batch->effects[i].kind == EFFECT_TASK) {
        engine_fetch(batch->effects[i].task, what);
    }
}

static void release(struct core *core, struct work *work)
{
    struct batch *batch = &work->batch;
    if (batch->rows.row_count > 0) {
        core->lsn_durable = batch->rows.rows[batch->rows.row_count - 1].lsn;
        core->rows += batch->rows.row_count;
    }
    core_defined(core, work);
    hooks_settled(core, work);
    for (uint32_t i = 0; i < batch->effect_count; i++) {
        fetch(batch, i + 12, FETCH_ATTEMPT);
        fetch(batch, i + 8, FETCH_STEP);
        fetch(batch, i + 4, FETCH_SAGA);
        release_effect(core, &batch->effects[i]);
    }
    offers_released(core, work);
    peers_flush(core->peers, core->now_ms);
    forget_keys(core, &batch->rows);
    enum saga_error rc = engine_released(core->engine, batch->serial, &core->making->batch);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
    batch_clear(batch);
    core_ask_again(core);
}

static bool has_rows(const struct work *work)
{
    const struct rows *rows = &work->batch.rows;
    return rows->row_count > 0 || rows->head_count > 0 || rows->name_count > 0 ||
           rows->definition_count > 0 || rows->delivery_count > 0 || rows->hook_count > 0 ||
           rows->schedule_count > 0 || rows->claim_count > 0 || rows->inbox_count > 0 ||
           rows->inbox_done_count > 0 || rows->wait_count > 0;
}

/* Something waits for its turn without having anything to write. */
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

/* Takes the batch that has become durable, to be released; NULL = none has. */
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

/* What left together mostly comes back together. A commit that takes the first few of it makes the
 * rest wait for its sync, and from then on every batch is small: more syncs, more wake-ups, for the
 * same work. So a batch smaller than the one before it waits for some moments, not for ever; one
 * that grows is given at once, and so is the only one of a quiet hour. Nor does one wait that is
 * worth its sync anyway: then disk and participants would work in turns instead of at once. */
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
    core_step(core, &event);
    schedules_serve(core);
    offers_serve(core);
    return core->failure;
}

/* Gives the batch in the making to the store; false: nothing was to be given, or it must wait. */
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
    core->rows_before = work->batch.rows.row_count;
    core->syncing = work;
    swap(core);
    return true;
}

void core_begin(struct core *core, int64_t now_ms)
{
    core->now_ms = now_ms;
}

enum saga_error core_turn(struct core *core, int64_t now_ms)
{
    core->now_ms = now_ms;
    if (sleepers_due(core) <= now_ms && !core_is_full(core)) {
        sleepers_load(core);
    }
    if (engine_next_due(core->engine) <= now_ms && !core_is_full(core)) {
        struct event event = {.kind = EVENT_TIME, .now_ms = now_ms};
        core_step(core, &event);
    }
    schedules_turn(core);
    waiters_expire(core);
    if (core->peers && peers_next_due(core->peers) <= now_ms) {
        peers_tick(core->peers, now_ms);
    }
    struct work *durable = collect(core);
    /* The next batch syncs while the effects of the one before leave. */
    core->releasing = durable;
    if (durable && has_rows(core->making) && !is_small(core)) {
        (void)submit(core);
    }
    if (durable) {
        let_go(core, durable);
    }
    offers_turn(core);
    core->holds = !core->syncing && is_small(core) ? core->holds + 1 : 0;
    if (core->holds > 0) {
        return core->failure;
    }
    /* A release makes events of its own (a task that was sent): they settle in a few rounds. */
    for (uint32_t i = 0; i < RELEASE_MAX && submit(core); i++) {
    }
    return core->failure;
}

int64_t core_next_due(const struct core *core)
{
    /* A full batch takes no timers either; the store wakes the loop when it is done. */
    int64_t due_ms = INT64_MAX;
    if (!core_is_full(core)) {
        int64_t sleepers_ms = sleepers_due(core);
        due_ms = engine_next_due(core->engine);
        due_ms = sleepers_ms < due_ms ? sleepers_ms : due_ms;
    }
    const struct heap_node *deadline = heap_first(&core->deadlines);
    int64_t peers_ms = core->peers ? peers_next_due(core->peers) : INT64_MAX;
    due_ms = deadline && deadline->due < due_ms ? deadline->due : due_ms;
    int64_t schedules_ms = schedules_next_due(core);
    due_ms = peers_ms < due_ms ? peers_ms : due_ms;
    due_ms = schedules_ms < due_ms ? schedules_ms : due_ms;
    int64_t offers_ms = offers_next_due(core);
    due_ms = offers_ms < due_ms ? offers_ms : due_ms;
    bool waits = !core->syncing && core->disk_retry_ms > 0;
    if (waits && core->disk_retry_ms < due_ms) {
        due_ms = core->disk_retry_ms;
    }
    /* Effects without rows need no store: they leave in the next turn. */
    bool ready = !core->syncing && core->disk_retry_ms == 0 &&
                 (has_rows(core->making) || has_effects(core, core->making));
    return ready ? core->now_ms : due_ms;
}

bool core_is_full(const struct core *core)
{
    const struct batch *batch = &core->making->batch;
    const struct rows *rows = &batch->rows;
    uint32_t events = rows->inbox_count + rows->inbox_done_count + rows->wait_count;
    return batch->size >= LIMIT_BATCH_BYTES || rows->row_count >= LIMIT_BATCH_EVENTS ||
           events >= LIMIT_BATCH_EVENTS ||
           batch->rows.delivery_count >= WEBHOOK_COUNT_MAX * LIMIT_BATCH_EVENTS ||
           batch->effect_count >= EFFECTS_MAX || batch->arena.size >= 2 * LIMIT_BATCH_BYTES;
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
           offers_next_due(core) == INT64_MAX;
}

bool core_is_disk_full(struct core *core)
{
    /* Looked at once a turn: between two looks no more than a batch is taken. */
    if (core->space_ms != core->now_ms) {
        struct store *store = core->options.store;
        core->space_ms = core->now_ms;
        core->has_space = store->ops->has_space(store);
    }
    return core->disk_retry_ms > 0 || !core->has_space;
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
