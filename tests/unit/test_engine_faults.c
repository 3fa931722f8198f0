/* test_engine_faults.c - the n-th allocation fails, for n = 0, 1, 2 ... until none does.
 *
 * A start that finds no memory is answered `overloaded` and leaves nothing behind. Any other event
 * makes the engine unusable: a new one replays what is durable and comes to the right end. (Seen to
 * fail: undo_start() that left the tokens of the saga in the map.) */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/load.h"
#include "engine/state.h"
#include "journal/saga_image.h"
#include "journal/states.h"
#include "language/definition.h"
#include "reading/problem.h"
#include "saga/task.h"

enum { ROWS_MAX = 64, TASKS_MAX = 16 };

static long countdown = -1; /* takes until the next one fails; negative: none does */

static void *take(size_t size, void *arg)
{
    (void)arg;
    if (countdown == 0) {
        return NULL;
    }
    countdown -= countdown > 0 ? 1 : 0;
    return malloc(size);
}

static void give(void *chunk, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    free(chunk);
}

static const struct arena_source source = {take, give, NULL};

struct story {
    const struct definition *definition;
    struct engine *engine;
    struct batch batch;
    struct arena arena;
    struct row rows[ROWS_MAX];
    uint32_t row_count;
    struct task tasks[TASKS_MAX];
    uint32_t task_count;
    enum saga_error reply;
    enum saga_state state;
    uint8_t random[4 * ENTROPY_PER_EVENT];
    struct entropy entropy;
    uint64_t seed;
};

static void open_engine(struct story *story)
{
    struct engine_options options = {.memory = &source,
                                     .dead_ms = 6000,
                                     .last_lsn = story->row_count,
                                     .last_saga = story->row_count > 0 ? 1 : 0,
                                     .sagas_max = 10,
                                     .tells = true};
    cr_assert_eq(engine_new(&options, &story->engine), SAGA_OK);
}

static void keep(struct story *story)
{
    bool ok = true;
    for (uint32_t i = 0; i < story->batch.rows.row_count; i++) {
        struct row *row = &story->rows[story->row_count++];
        *row = story->batch.rows.rows[i];
        row->body = arena_copy(&story->arena, row->body, &ok);
        row->payload = arena_copy(&story->arena, row->payload, &ok);
    }
    cr_assert(ok);
}

/* Knuth's linear generator: the ids and tokens need to differ, no more. */
static uint8_t next_byte(struct story *story)
{
    story->seed = story->seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint8_t)(story->seed >> 56);
}

static enum saga_error step(struct story *story, struct event *event)
{
    event->now_ms = 1000;
    event->entropy = &story->entropy;
    story->entropy.used = story->entropy.used > ENTROPY_PER_EVENT ? 0 : story->entropy.used;
    for (size_t i = 0; i < 64; i++) {
        story->random[story->entropy.used + i] = next_byte(story);
    }
    enum saga_error rc = engine_step(story->engine, event, &story->batch);
    if (rc != SAGA_OK) {
        return rc;
    }
    story->task_count = 0;
    for (uint32_t i = 0; i < story->batch.effect_count; i++) {
        const struct effect *effect = &story->batch.effects[i];
        if (effect->kind == EFFECT_TASK) {
            story->tasks[story->task_count++] = *effect->task;
        } else if (effect->kind == EFFECT_REPLY) {
            story->reply = effect->reply.error;
        } else if (effect->kind == EFFECT_STATUS) {
            story->state = effect->status.state;
        }
    }
    keep(story);
    batch_clear(&story->batch);
    return SAGA_OK;
}

static const struct definition *lookup(struct span name, uint32_t version, void *arg)
{
    (void)name;
    (void)version;
    return arg;
}

/* As after a crash; attempts in flight are adopted by nobody and sent again. */
static void restart(struct story *story)
{
    struct saga_flaw flaw;
    countdown = -1;
    engine_destroy(&story->engine);
    batch_close(&story->batch);
    batch_open(&story->batch, &source);
    open_engine(story);
    struct saga_image image = {.head = {.saga = 1, .definition = story->definition->name},
                               .name = span_text("s"),
                               .rows = story->rows,
                               .row_count = story->row_count};
    if (story->row_count > 0) {
        cr_assert_eq(
            engine_load(story->engine, &image, lookup, (void *)(uintptr_t)story->definition, &flaw),
            SAGA_OK);
    }
}

static enum saga_error begin(struct story *story)
{
    struct event event = {.kind = EVENT_START};
    event.start.definition = story->definition;
    event.start.name = span_text("s");
    return step(story, &event);
}

static enum saga_error answer(struct story *story, bool ok)
{
    struct event event = {.kind = EVENT_RESULT};
    struct task task = story->tasks[0];
    event.result = (struct result){.status = ok ? RESULT_OK : RESULT_FAILED,
                                   .code = span_text("no_rooms"),
                                   .output = MP_NIL_VALUE,
                                   .retry_after_ms = -1};
    memcpy(event.result.token, task.token, TOKEN_SIZE);
    return step(story, &event);
}

static const struct definition *compile(struct arena *arena)
{
    static const char text[] =
        "{\"saga\":\"b\",\"steps\":[{\"step\":\"a\",\"action\":\"s.a\","
        "\"compensate\":\"s.u\"},{\"step\":\"b\",\"action\":\"s.b\","
        "\"compensate\":\"s.u\"}]}";
    struct buf document;
    struct json_problem problem;
    struct problems problems;
    const struct definition *definition = NULL;
    buf_open(&document, 1 << 20);
    cr_assert_eq(json_to_mp(span_text(text), &document, &problem), SAGA_OK);
    cr_assert_eq(definition_compile(buf_span(&document), arena, &definition, &problems), SAGA_OK);
    buf_close(&document);
    return definition;
}

static void open_story(struct story *story, const struct definition *definition)
{
    *story = (struct story){.definition = definition, .reply = SAGA_INTERNAL};
    story->entropy = (struct entropy){story->random, sizeof(story->random), 0};
    countdown = -1;
    arena_open(&story->arena, &arena_heap, 1 << 20);
    batch_open(&story->batch, &source);
    open_engine(story);
}

static void close_story(struct story *story)
{
    engine_destroy(&story->engine);
    batch_close(&story->batch);
    arena_close(&story->arena);
}

Test(engine_faults, a_start_without_memory_leaves_nothing_behind)
{
    struct arena arena;
    bool failed = true;
    arena_open(&arena, &arena_heap, 1 << 20);
    const struct definition *definition = compile(&arena);
    for (long n = 0; failed; n++) {
        static struct story story;
        open_story(&story, definition);
        countdown = n;
        enum saga_error rc = begin(&story);
        failed = countdown == 0;
        countdown = -1;
        if (rc == SAGA_OK && failed && story.reply != SAGA_OK) {
            cr_assert_eq(story.reply, SAGA_OVERLOADED);
            cr_assert_eq(story.row_count, 0);
            cr_assert_eq(engine_count(story.engine), 0);
            cr_assert_eq(story.engine->tokens.count, 0);
            cr_assert_eq(engine_next_due(story.engine, 0), INT64_MAX);
            cr_assert_eq(begin(&story), SAGA_OK);
        }
        cr_assert(rc == SAGA_OK || rc == SAGA_NO_MEMORY);
        if (rc == SAGA_OK) {
            cr_assert_eq(story.reply, SAGA_OK);
            cr_assert_eq(story.task_count, 1);
        }
        close_story(&story);
    }
    arena_close(&arena);
}

Test(engine_faults, replay_goes_on_after_any_other_failure)
{
    struct arena arena;
    bool failed = true;
    arena_open(&arena, &arena_heap, 1 << 20);
    const struct definition *definition = compile(&arena);
    for (long n = 0; failed; n++) {
        static struct story story;
        open_story(&story, definition);
        cr_assert_eq(begin(&story), SAGA_OK);
        failed = false;
        /* a succeeds, b is refused, a is undone: each answer may meet the failure. */
        for (int i = 0; i < 3; i++) {
            struct task task = story.tasks[0];
            countdown = failed ? -1 : n;
            enum saga_error rc = answer(&story, i != 1);
            if (rc == SAGA_NO_MEMORY) {
                failed = true;
                restart(&story);
                story.tasks[0] = task;
                rc = answer(&story, i != 1);
            }
            countdown = -1;
            cr_assert_eq(rc, SAGA_OK);
        }
        cr_assert_eq(story.state, SAGA_STATE_COMPENSATED);
        close_story(&story);
    }
    arena_close(&arena);
}
