/* test_engine_items.c - the bounds of fan-outs: how many items, and how many at once. */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/state.h"
#include "journal/states.h"
#include "language/definition.h"
#include "reading/problem.h"
#include "saga/keys.h"
#include "saga/saga.h"

static struct engine *engine;
static struct arena arena;
static struct batch batch;
static const struct definition *definition;
static uint8_t random_bytes[ENTROPY_PER_EVENT];

static void open_engine(const char *text)
{
    struct buf document;
    struct json_problem problem;
    struct problems problems;
    struct engine_options options = {
        .memory = &arena_heap, .dead_ms = 6000, .seed = 1, .sagas_max = 10};
    buf_open(&document, 1 << 20);
    arena_open(&arena, &arena_heap, 1 << 24);
    batch_open(&batch, &arena_heap);
    cr_assert(json_to_mp(span_text(text), &document, &problem) == SAGA_OK);
    cr_assert(definition_compile(buf_span(&document), &arena, &definition, &problems) == SAGA_OK);
    cr_assert(engine_new(&options, &engine) == SAGA_OK);
    buf_close(&document);
}

static void close_engine(void)
{
    engine_destroy(&engine);
    batch_close(&batch);
    arena_close(&arena);
}

static void step(struct event *event)
{
    struct entropy entropy = {random_bytes, sizeof(random_bytes), 0};
    digest_random(random_bytes, sizeof(random_bytes));
    event->entropy = &entropy;
    event->now_ms = 1000;
    cr_assert(engine_step(engine, event, &batch) == SAGA_OK);
}

static void start(uint32_t items)
{
    struct buf input;
    struct event event = {.kind = EVENT_START};
    buf_open(&input, 1 << 20);
    mp_put_array(&input, items);
    for (uint32_t i = 0; i < items; i++) {
        mp_put_uint(&input, i);
    }
    event.start.definition = definition;
    event.start.name = span_text("s");
    event.start.input = buf_span(&input);
    step(&event);
    buf_close(&input);
}

static uint32_t tasks(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch.effect_count; i++) {
        count += batch.effects[i].kind == EFFECT_TASK;
    }
    return count;
}

static const struct saga *saga(void)
{
    return map_get(&engine->sagas, span_text("s"));
}

static const char fan[] =
    "{\"saga\":\"fan\",\"steps\":[{\"step\":\"a\",\"action\":\"s.a\","
    "\"for_each\":\"$.input\",\"compensate\":\"none\"}]}";

Test(items, ten_thousand_fit)
{
    open_engine(fan);
    start(LIMIT_ITEMS);
    cr_expect(saga()->step_total == LIMIT_ITEMS + 1);
    cr_expect(tasks() == 8, "as many at once as nobody has written");
    cr_expect(saga_step_named(saga(), span_text("a[9999]")) == LIMIT_ITEMS);
    cr_expect(saga_step_named(saga(), span_text("a[10000]")) == -1);
    close_engine();
}

Test(items, one_more_fails_the_step)
{
    open_engine(fan);
    start(LIMIT_ITEMS + 1);
    cr_expect(saga()->step_total == 1);
    cr_expect(span_is(saga_step(saga(), 0)->code, "too_many_items"));
    cr_expect(saga()->state == SAGA_STATE_COMPENSATED);
    close_engine();
}

Test(items, all_of_a_saga_are_bounded_too)
{
    open_engine(
        "{\"saga\":\"fans\",\"steps\":["
        "{\"step\":\"a\",\"needs\":[],\"action\":\"s.a\",\"for_each\":\"$.input\","
        "\"compensate\":\"none\"},"
        "{\"step\":\"b\",\"needs\":[],\"action\":\"s.a\",\"for_each\":\"$.input\","
        "\"compensate\":\"none\"},"
        "{\"step\":\"c\",\"needs\":[],\"action\":\"s.a\",\"for_each\":\"$.input\","
        "\"compensate\":\"none\"}]}");
    start(LIMIT_ITEMS);
    cr_expect(saga()->step_total == 3 + LIMIT_ITEMS_ALL);
    cr_expect(span_is(saga_step(saga(), 2)->code, "too_many_items"));
    close_engine();
}

Test(items, what_a_turn_has_no_room_for_comes_in_the_next)
{
    open_engine(
        "{\"saga\":\"fans\",\"steps\":["
        "{\"step\":\"a\",\"needs\":[],\"action\":\"s.a\",\"for_each\":\"$.input\","
        "\"max_parallel\":1000,\"compensate\":\"none\"},"
        "{\"step\":\"b\",\"needs\":[],\"action\":\"s.a\",\"for_each\":\"$.input\","
        "\"max_parallel\":1000,\"compensate\":\"none\"}]}");
    start(1000);
    uint32_t first = tasks();
    cr_expect(first > 900 && first < 2000, "%u", first);
    cr_expect(engine_next_due(engine, 0) <= 1000, "it is due again at once");
    struct event time = {.kind = EVENT_TIME};
    for (uint32_t i = 0; i < 4 && engine_next_due(engine, 0) <= 1000; i++) {
        uint32_t before = tasks();
        step(&time);
        cr_expect(tasks() > before);
    }
    cr_expect(tasks() == 2000, "%u", tasks());
    cr_expect(engine_next_due(engine, 0) > 1000);
    close_engine();
}

Test(items, names_are_written_in_one_way)
{
    static const char *const others[] = {"a[]",   "a[00]", "a[01]", "a[-1]",          "a[1",
                                         "[1]",   "b[1]",  "a[3]",  "a[1]x",          "a[1][1]",
                                         "a[ 1]", "]",     "a]",    "a[999999999999]"};
    open_engine(fan);
    start(3);
    cr_expect(saga_step_named(saga(), span_text("a")) == 0);
    cr_expect(saga_step_named(saga(), span_text("a[0]")) == 1);
    cr_expect(saga_step_named(saga(), span_text("a[2]")) == 3);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        cr_expect(saga_step_named(saga(), span_text(others[i])) == -1, "%s", others[i]);
    }
    close_engine();
}
