/* test_libsaga_attempts.c - a step may be tried for weeks: its memory is bounded, and its doubt
 * kept.
 *
 * Participants that only lose tasks, or never answer, leave attempts that nobody will ever finish.
 * Past LIMIT_ATTEMPTS_KEPT the oldest are forgotten, by a rule that replay must follow too. Seen to
 * fail: with attempts kept until they are answered (memory), without forgot_doubt (the effect of a
 * forgotten attempt is not undone), with forgot_doubt never cleared (the check), without
 * forgotten_left_ms (the undo overtakes), with a traceparent from the saga's arena (memory). */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/load.h"
#include "engine/state.h"
#include "journal/saga_image.h"
#include "lib/saga_dump.h"
#include "reading/problem.h"
#include "saga/attempts.h"
#include "saga/saga.h"
#include "saga/task.h"
#include "saga/verdict.h"

enum { ROWS_MAX = 16 * LIMIT_ATTEMPTS_KEPT, DEAD_MS = 6000, START_MS = 1000 };

static size_t taken; /* bytes, of the engine and its sagas */

static void *take(size_t size, void *arg)
{
    (void)arg;
    taken += size;
    return malloc(size);
}

static void give(void *chunk, size_t size, void *arg)
{
    (void)arg;
    taken -= size;
    free(chunk);
}

static const struct arena_source counting = {take, give, NULL};

struct world {
    const struct definition *definition;
    struct engine *engine;
    struct batch batch;
    struct arena arena;
    struct row rows[ROWS_MAX];
    uint32_t row_count;
    struct task task; /* the newest that has left */
    uint32_t sent;
    enum verdict verdict; /* of the last `done` */
    int64_t now_ms;
    uint64_t seed;
    uint8_t random[ENTROPY_PER_EVENT];
    struct entropy entropy;
};

static struct world world;

static void compile(const char *text)
{
    struct buf document;
    struct json_problem problem;
    struct problems problems;
    buf_open(&document, 1 << 20);
    cr_assert_eq(json_to_mp(span_text(text), &document, &problem), SAGA_OK);
    cr_assert_eq(
        definition_compile(buf_span(&document), &world.arena, &world.definition, &problems),
        SAGA_OK, "%s", problems.items[0].detail);
    buf_close(&document);
}

static const struct saga *saga(void)
{
    return map_get(&world.engine->sagas, span_text("s"));
}

static struct saga_image image(void)
{
    return (struct saga_image){.head = {.saga = 1, .definition = world.definition->name},
                               .name = span_text("s"),
                               .rows = world.rows,
                               .row_count = world.row_count};
}

static void keep_rows(void)
{
    bool ok = true;
    for (uint32_t i = 0; i < world.batch.rows.row_count; i++) {
        cr_assert_lt(world.row_count, ROWS_MAX);
        struct row *row = &world.rows[world.row_count++];
        *row = world.batch.rows.rows[i];
        row->body = arena_copy(&world.arena, row->body, &ok);
        row->payload = arena_copy(&world.arena, row->payload, &ok);
    }
    cr_assert(ok);
}

/* One event; true when a task came of it. */
static bool give_event(struct event *event)
{
    event->now_ms = world.now_ms;
    event->entropy = &world.entropy;
    world.entropy = (struct entropy){world.random, sizeof(world.random), 0};
    for (size_t i = 0; i < 64; i++) {
        world.seed = world.seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        world.random[i] = (uint8_t)(world.seed >> 56);
    }
    cr_assert_eq(engine_step(world.engine, event, &world.batch), SAGA_OK);
    keep_rows();
    bool sends = false;
    for (uint32_t i = 0; i < world.batch.effect_count; i++) {
        const struct effect *effect = &world.batch.effects[i];
        if (effect->kind == EFFECT_TASK) {
            world.task = *effect->task;
            world.sent++;
            sends = true;
        } else if (effect->kind == EFFECT_DONE) {
            world.verdict = effect->call.verdict;
        }
    }
    batch_clear(&world.batch);
    return sends;
}

/* A task that comes of the event leaves at once. */
static void step(struct event *event)
{
    if (give_event(event)) {
        struct event sent = {.kind = EVENT_SENT};
        memcpy(sent.task.token, world.task.token, TOKEN_SIZE);
        cr_assert_not(give_event(&sent));
    }
}

static void open_engine(void)
{
    struct engine_options options = {.memory = &counting,
                                     .dead_ms = DEAD_MS,
                                     .last_lsn = world.row_count,
                                     .last_saga = world.row_count > 0 ? 1 : 0,
                                     .sagas_max = 10};
    cr_assert_eq(engine_new(&options, &world.engine), SAGA_OK);
}

static void begin(const char *text)
{
    world = (struct world){.now_ms = START_MS};
    arena_open(&world.arena, &arena_heap, 1 << 26);
    batch_open(&world.batch, &arena_heap);
    compile(text);
    open_engine();
    struct event serving = {.kind = EVENT_SERVING};
    step(&serving);
    struct event start = {.kind = EVENT_START};
    start.start.definition = world.definition;
    start.start.name = span_text("s");
    step(&start);
}

static const struct definition *lookup(struct span name, uint32_t version, void *arg)
{
    (void)name;
    (void)version;
    return arg;
}

/* A saga that was final is loaded when something asks for it, long after serving began. */
static void restart(bool serves_first)
{
    struct event serving = {.kind = EVENT_SERVING};
    struct saga_flaw flaw;
    struct saga_image rows = image();
    void *definition = (void *)(uintptr_t)world.definition;
    engine_destroy(&world.engine);
    open_engine();
    if (serves_first) {
        step(&serving);
    }
    cr_assert_eq(engine_load(world.engine, &rows, lookup, definition, &flaw), SAGA_OK, "%s",
                 flaw.why);
    if (!serves_first) {
        step(&serving);
    }
}

static void end(void)
{
    engine_destroy(&world.engine);
    batch_close(&world.batch);
    arena_close(&world.arena);
    cr_assert_eq(taken, 0);
}

static void lose(void)
{
    struct event lost = {.kind = EVENT_LOST};
    memcpy(lost.task.token, world.task.token, TOKEN_SIZE);
    step(&lost);
}

static void result(const struct task *task, enum result_status status, const char *code)
{
    struct event event = {.kind = EVENT_RESULT};
    event.result = (struct result){.status = status,
                                   .code = span_text(code),
                                   .retryable = strcmp(code, "refused") != 0,
                                   .retry_after_ms = 0};
    memcpy(event.result.token, task->token, TOKEN_SIZE);
    step(&event);
}

static void lose_many(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = world.sent;
        lose();
        cr_assert_eq(world.sent, before + 1, "it is sent again");
    }
}

static void fail_many(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        result(&world.task, RESULT_FAILED, "busy");
    }
}

static void pass(int64_t ms)
{
    struct event time = {.kind = EVENT_TIME};
    world.now_ms += ms;
    step(&time);
}

static void assert_replay(void)
{
    struct saga_image rows = image();
    cr_assert(saga_equals_replay(saga(), &rows), "replay equals live");
}

static const char one_step[] =
    "{'saga':'d','steps':[{'step':'a','action':'s.a','compensate':'s.u',"
    "'retry':{'max_attempts':0,'initial_interval':'0s'}}]}";
static const char with_check[] =
    "{'saga':'d','steps':[{'step':'a','action':'s.a','compensate':'s.u','check':'s.c',"
    "'retry':{'max_attempts':0,'initial_interval':'0s'}}]}";

/* JSON with its quotes. */
static const char *quoted(const char *text)
{
    static char out[512];
    size_t size = strlen(text);
    cr_assert_lt(size, sizeof(out));
    for (size_t i = 0; i <= size; i++) {
        out[i] = text[i] == '\'' ? '"' : text[i];
    }
    return out;
}

Test(saga_attempts, that_nobody_answers_take_bounded_memory)
{
    begin(quoted(one_step));
    lose_many(LIMIT_ATTEMPTS_KEPT + 100);
    size_t bytes = taken;
    lose_many(3 * LIMIT_ATTEMPTS_KEPT);
    cr_assert_eq(taken, bytes, "%zu bytes more", taken - bytes);
    cr_assert_eq(saga()->steps[0].calls[0].attempt_count, LIMIT_ATTEMPTS_KEPT);
    cr_assert_eq(world.engine->tokens.count, LIMIT_ATTEMPTS_KEPT);
    assert_replay();
    end();
}

Test(saga_attempts, leave_their_doubt_when_they_are_forgotten)
{
    begin(quoted(one_step));
    struct task first = world.task;
    lose_many(2);
    fail_many(LIMIT_ATTEMPTS_KEPT + 100);
    cr_assert(call_in_doubt(&saga()->steps[0].calls[0]), "two of them never answered");
    result(&first, RESULT_FAILED, "busy");
    cr_assert_eq(world.verdict, VERDICT_UNKNOWN, "it is forgotten");
    assert_replay();
    result(&world.task, RESULT_FAILED, "refused");
    assert_replay();
    cr_assert_eq(saga()->direction, BACKWARD);
    /* They left at the start and may act for 60 s; the undo must not overtake them. */
    cr_assert_eq(engine_next_due(world.engine, 0), START_MS + 60000 + DEAD_MS);
    pass(60000 + DEAD_MS - 1);
    cr_assert_eq(saga()->steps[0].undo_state, UNDO_STATE_NONE);
    pass(1);
    cr_assert_eq(saga()->steps[0].undo_state, UNDO_STATE_RUNNING);
    cr_assert_eq(world.task.kind, TASK_UNDO);
    cr_assert(world.task.in_doubt);
    assert_replay();
    end();
}

static void undo_waits_after_a_restart(bool serves_first)
{
    begin(quoted(one_step));
    lose_many(2);
    fail_many(LIMIT_ATTEMPTS_KEPT + 100);
    result(&world.task, RESULT_FAILED, "refused");
    restart(serves_first);
    pass(60000 + DEAD_MS - 1);
    cr_assert_eq(saga()->steps[0].undo_state, UNDO_STATE_NONE);
    pass(1);
    cr_assert_eq(saga()->steps[0].undo_state, UNDO_STATE_RUNNING);
    cr_assert(world.task.in_doubt);
    assert_replay();
    end();
}

Test(saga_attempts, may_act_for_their_time_after_a_restart_too)
{
    undo_waits_after_a_restart(false);
    undo_waits_after_a_restart(true);
}

Test(saga_attempts, lose_their_doubt_by_a_check)
{
    begin(quoted(with_check));
    lose_many(2);
    fail_many(LIMIT_ATTEMPTS_KEPT + 100);
    result(&world.task, RESULT_FAILED, "refused");
    cr_assert_eq(world.task.kind, TASK_CHECK);
    result(&world.task, RESULT_FAILED, "not_found");
    cr_assert_eq(world.verdict, VERDICT_OK);
    cr_assert_eq(saga()->steps[0].state, STEP_STATE_IN_DOUBT, "they can still act");
    pass(60000 + DEAD_MS);
    cr_assert_eq(world.task.kind, TASK_CHECK);
    struct task check = world.task;
    result(&check, RESULT_FAILED, "not_found");
    cr_assert_eq(saga()->steps[0].state, STEP_STATE_FAILED);
    cr_assert_not(call_in_doubt(&saga()->steps[0].calls[0]));
    cr_assert_eq(saga()->state, SAGA_STATE_COMPENSATED);
    assert_replay();
    end();
}

Test(saga_attempts, lose_their_doubt_by_a_success_of_their_key)
{
    begin(quoted(one_step));
    lose_many(2);
    fail_many(LIMIT_ATTEMPTS_KEPT + 100);
    result(&world.task, RESULT_OK, "");
    cr_assert_eq(saga()->steps[0].state, STEP_STATE_SUCCEEDED);
    cr_assert_not(call_in_doubt(&saga()->steps[0].calls[0]));
    assert_replay();
    end();
}
