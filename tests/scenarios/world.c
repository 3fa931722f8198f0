/* world.c - the outside of the engine in a script: store, participants and clock.
 *
 * What the engine decides is durable at once and then let go, so a crash loses only memory. After
 * every event the rows are folded anew and must give the live state. The saga leaves memory
 * whenever it only waits, however shortly, and must go on as if it had not. A task leaves at once
 * while participants are there; a `cancel` of one that has not left answers that it was never
 * taken, as the dispatcher does. */
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/horizon.h"
#include "engine/leave.h"
#include "engine/load.h"
#include "engine/state.h"
#include "lib/saga_dump.h"
#include "lib/told.h"
#include "language/open_terms.h"
#include "reading/problem.h"
#include "saga/attempt.h"
#include "scenario.h"

enum { DEAD_MS = 6000 };

void stop(const char *what, const char *which)
{
    fprintf(stderr, "%s: %s\n", what, which);
    exit(2);
}

struct span world_step_name(const struct world *world, uint32_t step)
{
    if (world->open_name.size > 0) {
        return step < world->open_step_count ? world->open_steps[step] : span_text("?");
    }
    return world->definition->steps[step].name;
}

const struct definition *world_version(const struct world *world, uint32_t version)
{
    return version <= world->definition_count ? world->definitions[version > 0 ? version - 1 : 0]
                                              : NULL;
}

static const struct definition *find_version(const struct versions *versions, struct span name,
                                             uint32_t version)
{
    const struct world *world = (const struct world *)(const void *)versions;
    CHECK(span_equal(name, world->definition->name));
    return world_version(world, version);
}

static void compile_one(struct world *world, struct span document)
{
    struct problems problems = {0};
    const struct definition *made = NULL;
    struct definition *own = ARENA_NEW(&world->arena, struct definition);
    if (!own || world->definition_count == VERSIONS_MAX) {
        stop("too many versions", "");
    }
    if (definition_compile(document, &world->arena, &made, &problems) != SAGA_OK) {
        stop(problems.items[0].pointer, problems.items[0].detail);
    }
    *own = *made;
    own->versions = &world->versions;
    world->definitions[world->definition_count++] = own;
}

/* One definition, or a list of its versions: those are numbered. */
static void compile(struct world *world, const char *document)
{
    struct buf json;
    struct buf packed;
    struct json_problem problem = {0};
    buf_open(&json, 1 << 20);
    buf_open(&packed, 1 << 20);
    buf_text(&json, document);
    for (size_t i = 0; i < json.size; i++) {
        json.data[i] = json.data[i] == '\'' ? '"' : json.data[i];
    }
    if (json_to_mp(buf_span(&json), &packed, &problem) != SAGA_OK) {
        stop("the definition is no JSON", problem.detail);
    }
    struct mp mp = mp_open(buf_span(&packed));
    bool is_list = mp_peek(&mp) == MP_ARRAY;
    struct span open =
        is_list ? (struct span){NULL, 0} : mp_find(buf_span(&packed), span_text("open"));
    if (open.size > 0) {
        struct mp name = mp_open(open);
        bool ok = true;
        world->open_name = arena_copy(&world->arena, mp_str(&name), &ok);
        world->definition = open_terms_definition();
        buf_close(&json);
        buf_close(&packed);
        return;
    }
    uint32_t count = is_list ? mp_array(&mp) : 1;
    for (uint32_t i = 0; i < count; i++) {
        compile_one(world, mp_skip(&mp));
        /* All but const while it is made: from here on nobody writes it. */
        ((struct definition *)(uintptr_t)world->definitions[i])->version = is_list ? i + 1 : 0;
    }
    world->versions.find = find_version;
    world->definition = world->definitions[0];
    buf_close(&json);
    buf_close(&packed);
}

void world_open_engine(struct world *world)
{
    /* Rows of rivals are not kept: the last lsn may be greater than the count. */
    const struct row *last = world->row_count > 0 ? &world->rows[world->row_count - 1] : NULL;
    struct engine_options options = {.memory = &arena_heap,
                                     .dead_ms = DEAD_MS,
                                     .seed = 1,
                                     .last_lsn = last ? last->lsn : 0,
                                     .last_saga = world->row_count > 0 ? 1 : 0,
                                     .inbox_last = world->event_count,
                                     .near_ms = 1,
                                     .sagas_max = 10,
                                     .tells = world->tells};
    if (engine_new(&options, &world->engine) != SAGA_OK) {
        stop("engine_new", "no memory");
    }
}

void world_open(struct world *world, const char *document)
{
    *world = (struct world){
        .now_ms = START_MS, .participants = PARTICIPANTS_PRESENT, .wakes_ms = INT64_MAX};
    arena_open(&world->arena, &arena_heap, 1 << 24);
    batch_open(&world->batch, &arena_heap);
    buf_open(&world->out, 1 << 20);
    buf_open(&world->value, 1 << 20);
    memcpy(world->name, "s", 2);
    compile(world, document);
    world_open_engine(world);
    struct event serving = {.kind = EVENT_SERVING};
    world_step(world, &serving);
}

void world_close(struct world *world)
{
    engine_destroy(&world->engine);
    batch_close(&world->batch);
    arena_close(&world->arena);
    buf_close(&world->out);
    buf_close(&world->value);
}

struct saga_image world_image(struct world *world)
{
    return (struct saga_image){
        .head = {.saga = world->saga,
                 .due_ms = world->asleep.due_ms,
                 .until_ms = world->asleep.until_ms,
                 .definition =
                     world->open_name.size > 0 ? world->open_name : world->definition->name,
                 .version = world->definition->version},
        .name = span_text(world->name),
        .rows = world->rows,
        .row_count = world->row_count};
}

static const struct definition *lookup(struct span name, uint32_t version, void *arg)
{
    MAYBE(name.size > 0 && version > 0);
    return arg;
}

/* What the store would say of its concurrency key. */
void world_lock(struct world *world)
{
    bool stands = world->lock.change == LOCK_QUEUED || world->lock.change == LOCK_HELD;
    if (stands && engine_lock(world->engine, &world->lock, span_text(world->name)) != SAGA_OK) {
        stop("engine_lock", "no memory");
    }
}

void world_load(struct world *world)
{
    struct saga_flaw flaw;
    struct saga_image image = world_image(world);
    if (engine_load(world->engine, &image, lookup, (void *)(uintptr_t)world->definition, &flaw) !=
        SAGA_OK) {
        stop("engine_load", flaw.why ? flaw.why : "no memory");
    }
}

void world_load_sleeper(struct world *world)
{
    if (!engine_holds(world->engine, span_text(world->name))) {
        world_load(world);
    }
    /* Until any later time of day: a script sets the clock back, too. */
    engine_sleepers_loaded(world->engine, TIMELINE_RUNNING, world->asleep.due_ms, INT64_MAX);
    engine_sleepers_loaded(world->engine, TIMELINE_HOST, world->asleep.until_ms, INT64_MAX);
}

int64_t world_next_due(const struct world *world)
{
    if (engine_holds(world->engine, span_text(world->name))) {
        return engine_next_due(world->engine, world->host_lead_ms);
    }
    struct dues dues = DUES_NEVER;
    const struct asleep *asleep = &world->asleep;
    if (asleep->due_ms > 0 && asleep->due_ms < DUE_NEVER_MS) {
        dues_add(&dues, TIMELINE_RUNNING, asleep->due_ms);
    }
    if (asleep->until_ms > 0) {
        dues_add(&dues, TIMELINE_HOST, asleep->until_ms);
    }
    return dues_first(&dues, world->host_lead_ms);
}

struct sent *world_sent(struct world *world, const char *key, uint32_t attempt)
{
    struct sent *found = NULL;
    for (uint32_t i = 0; i < world->task_count; i++) {
        struct sent *task = &world->tasks[i];
        bool is_it = strcmp(task->key, key) == 0 && (attempt == 0 || task->attempt == attempt);
        found = is_it ? task : found;
    }
    return found;
}

static void take(struct world *world, const struct task *task)
{
    if (world->task_count == TASKS_MAX || task->key.size >= sizeof(world->tasks[0].key)) {
        stop("too many tasks, or too long a key", "");
    }
    struct sent *sent = &world->tasks[world->task_count++];
    *sent = (struct sent){.attempt = task->attempt, .waits = true};
    memcpy(sent->token, task->token, TOKEN_SIZE);
    memcpy(sent->key, task->key.data, task->key.size);
    digest_pair(task->details, task->input, sent->values);
}

/* What a task holds stays as it was let go until it has left, however long it waits. */
static void check_task(const struct world *world, const struct sent *sent)
{
    const struct attempt *attempt =
        map_get(&world->engine->tokens, span_of(sent->token, TOKEN_SIZE));
    uint8_t values[DIGEST_SIZE];
    if (attempt) {
        digest_pair(attempt->task.details, attempt->task.input, values);
        if (memcmp(values, sent->values, DIGEST_SIZE) != 0) {
            world_violated(world, "a task has changed while it waited");
        }
    }
}

/* Of the saga of the script, not of a rival. */
static bool is_own(const struct world *world, uint64_t saga)
{
    return world->row_count == 0 || saga == world->saga;
}

static void keep_rows(struct world *world)
{
    bool ok = true;
    const struct rows *rows = &world->batch.rows;
    for (uint32_t i = 0; i < rows->row_count && ok; i++) {
        if (!is_own(world, rows->rows[i].saga)) {
            continue;
        }
        if (world->row_count == ROWS_MAX) {
            stop("too many rows", "");
        }
        struct row *row = &world->rows[world->row_count++];
        *row = rows->rows[i];
        world->saga = row->saga;
        row->body = arena_copy(&world->arena, row->body, &ok);
        row->payload = arena_copy(&world->arena, row->payload, &ok);
        print_row(world, row);
    }
    for (uint32_t i = 0; i < rows->head_count; i++) {
        if (is_own(world, rows->heads[i].saga)) {
            world->asleep = (struct asleep){rows->heads[i].due_ms, rows->heads[i].until_ms};
        }
    }
    const char *wrong = facet_set_take(&world->facets, world->saga, rows, &world->arena);
    if (wrong) {
        world_violated(world, wrong);
    }
    for (uint32_t i = 0; i < rows->lock_count; i++) {
        if (is_own(world, rows->locks[i].saga)) {
            world->lock = rows->locks[i];
        }
    }
    if (!ok) {
        stop("keep_rows", "no memory");
    }
}

_Noreturn void world_violated(const struct world *world, const char *what)
{
    fprintf(stderr, "%.*s", (int)world->out.size, (const char *)world->out.data);
    stop("VIOLATED", what);
}

static void check_replay(struct world *world)
{
    struct saga *live = map_get(&world->engine->sagas, span_text(world->name));
    struct saga_image image = world_image(world);
    if (live && world->row_count > 0 && !saga_equals_replay(live, &image)) {
        world_violated(world, "the rows folded anew differ from the live state");
    }
    if (live && !facet_set_is_right(&world->facets, live)) {
        world_violated(world, "lists find the saga by what it is not");
    }
    if (live && !saga_sleepers_owe_nothing(world->engine, live)) {
        world_violated(world, "a step at rest has a timer");
    }
}

/* What could not sleep at once does now, with a head of its own; and leaves when that is out. */
static void release(struct world *world)
{
    for (bool more = true; more;) {
        uint64_t serial = world->batch.serial;
        batch_clear(&world->batch);
        if (engine_released(world->engine, serial, &world->batch) != SAGA_OK) {
            stop("engine_released", "no memory");
        }
        more = world->batch.rows.head_count > 0;
        keep_rows(world);
    }
}

/* Every task is meant for the participant that the script names. */
static struct placed choose(struct span action, enum task_kind kind, int64_t now_ms, void *arg)
{
    const struct world *world = arg;
    MAYBE(action.size > 0 && kind != TASK_CONFIRM && now_ms > 0);
    bool is_named = world->instance[0] != '\0';
    return (struct placed){.session = is_named, .instance = span_text(world->instance)};
}

static void give_back(struct span action, enum task_kind kind, uint64_t session, void *arg)
{
    MAYBE(action.size > 0 && kind != TASK_CONFIRM && session > 0);
    CHECK(arg != NULL);
}

/* Time, and random bytes by Knuth's linear generator: they need to differ, no more. */
static void mint(struct world *world, struct event *event)
{
    event->now_ms = world->now_ms;
    event->host_lead_ms = world->host_lead_ms;
    event->entropy = &world->entropy;
    world->placement = (struct placement){.choose = choose, .give_back = give_back, .arg = world};
    event->placement = &world->placement;
    for (size_t i = 0; i < sizeof(world->random); i++) {
        world->seed = world->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        world->random[i] = (uint8_t)(world->seed >> 56);
    }
    world->entropy = (struct entropy){world->random, sizeof(world->random), 0};
}

/* One event into the engine; its effects are kept apart from the batch, which is used again. */
static uint32_t decide(struct world *world, struct event *event, struct sent *dropped)
{
    struct span name;
    uint32_t count = 0;
    mint(world, event);
    if (world->row_count > 0 && event->kind != EVENT_START &&
        engine_lacks(world->engine, event, &name) && span_is(name, world->name)) {
        world_load(world);
    }
    if (engine_step(world->engine, event, &world->batch) != SAGA_OK) {
        stop("engine_step", "no memory");
    }
    keep_rows(world);
    events_keep(world);
    if (world->tells && told_wrong(&world->batch.rows)) {
        world_violated(world, told_wrong(&world->batch.rows));
    }
    for (uint32_t i = 0; i < world->batch.rows.notice_count; i++) {
        print_notice(world, &world->batch.rows.notices[i]);
    }
    for (uint32_t i = 0; i < world->batch.effect_count; i++) {
        const struct effect *effect = &world->batch.effects[i];
        print_effect(world, effect);
        if (effect->kind == EFFECT_TASK) {
            take(world, effect->task);
        } else if (effect->kind == EFFECT_CANCEL) {
            for (uint32_t k = 0; k < world->task_count; k++) {
                struct sent *task = &world->tasks[k];
                if (task->waits && memcmp(task->token, effect->call.token, TOKEN_SIZE) == 0) {
                    task->waits = false;
                    dropped[count++] = *task;
                }
            }
        }
    }
    check_replay(world);
    release(world);
    return count;
}

void world_rival(struct world *world, struct event *event)
{
    mint(world, event);
    if (engine_step(world->engine, event, &world->batch) != SAGA_OK) {
        stop("engine_step", "no memory");
    }
    for (uint32_t i = 0; i < world->batch.effect_count; i++) {
        const struct effect *effect = &world->batch.effects[i];
        if (effect->kind == EFFECT_LOCK_FREE || effect->kind == EFFECT_REPLY) {
            print_effect(world, effect);
        }
    }
    batch_clear(&world->batch);
}

void world_step(struct world *world, struct event *event)
{
    struct sent dropped[TASKS_MAX];
    uint32_t count = decide(world, event, dropped);
    for (uint32_t i = 0; i < count; i++) {
        struct event untaken = {.kind = EVENT_UNTAKEN};
        memcpy(untaken.task.token, dropped[i].token, TOKEN_SIZE);
        buf_format(&world->out, "  (untaken %s#%u)\n", dropped[i].key, dropped[i].attempt);
        struct sent more[TASKS_MAX];
        if (decide(world, &untaken, more) > 0) {
            stop("a cancel of a task that was dropped", dropped[i].key);
        }
    }
    world_send_waiting(world);
}

void world_send_waiting(struct world *world)
{
    for (uint32_t i = 0; i < world->task_count; i++) {
        struct sent *task = &world->tasks[i];
        if (task->waits && world->participants != PARTICIPANTS_ABSENT) {
            task->waits = false;
            check_task(world, task);
            struct event event = {.kind = EVENT_SENT};
            memcpy(event.task.token, task->token, TOKEN_SIZE);
            event.task.barrier = world->participants == PARTICIPANTS_BARRIER;
            struct sent none[TASKS_MAX];
            (void)decide(world, &event, none);
        }
    }
}
