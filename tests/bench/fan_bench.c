/* fan_bench.c - what an event costs in a large saga: the pure engine alone, no store, no sockets.
 *
 *     fan_bench [items=10000] [line=1000]
 *
 * A saga that fans out into so many items, and one of so many steps in a line; the last step of
 * both is refused, so that all is undone. Each event is a turn of its own. Prints microseconds per
 * event: what grows with the size of the saga makes the whole quadratic. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/leave.h"
#include "engine/state.h"
#include "journal/states.h"
#include "language/definition.h"
#include "reading/problem.h"
#include "saga/saga.h"
#include "saga/task.h"

enum { TASKS = 2048 };

static uint8_t random_bytes[4 * ENTROPY_PER_EVENT];
static struct entropy entropy = {random_bytes, sizeof(random_bytes), sizeof(random_bytes)};

struct world {
    struct engine *engine;
    struct batch batches[2];
    uint32_t now; /* which of them */
    struct task tasks[TASKS];
    uint32_t first;
    uint32_t count;
    uint64_t events;
    bool ended;
};

static void die(const char *what)
{
    fprintf(stderr, "fan_bench: %s\n", what);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void step(struct world *world, struct event *event)
{
    struct batch *batch = &world->batches[world->now];
    if (entropy.size - entropy.used < ENTROPY_PER_EVENT) {
        digest_random(random_bytes, sizeof(random_bytes));
        entropy.used = 0;
    }
    event->entropy = &entropy;
    event->now_ms = 1000;
    world->events++;
    if (engine_step(world->engine, event, batch) != SAGA_OK) {
        die("a step failed");
    }
    for (uint32_t i = 0; i < batch->effect_count; i++) {
        const struct effect *effect = &batch->effects[i];
        world->ended |= effect->kind == EFFECT_STATUS && saga_state_is_final(effect->status.state);
        if (effect->kind == EFFECT_TASK) {
            if (world->count == TASKS) {
                die("too many tasks at once");
            }
            world->tasks[(world->first + world->count++) % TASKS] = *effect->task;
        }
    }
}

static void release(struct world *world)
{
    struct batch *out = &world->batches[world->now];
    world->now = 1 - world->now;
    if (engine_released(world->engine, out->serial, &world->batches[world->now]) != SAGA_OK) {
        die("no memory");
    }
    batch_clear(out);
}

static void answer(struct world *world)
{
    struct task task = world->tasks[world->first];
    world->first = (world->first + 1) % TASKS;
    world->count--;
    struct event sent = {.kind = EVENT_SENT};
    memcpy(sent.task.token, task.token, TOKEN_SIZE);
    step(world, &sent);
    bool refused = task.kind == TASK_DO && span_is(task.step, "last");
    struct event event = {.kind = EVENT_RESULT};
    event.result = (struct result){.key = task.key,
                                   .attempt = task.attempt,
                                   .status = refused ? RESULT_FAILED : RESULT_OK,
                                   .code = span_text("no"),
                                   .retry_after_ms = -1};
    memcpy(event.result.token, task.token, TOKEN_SIZE);
    step(world, &event);
    release(world);
}

static void run(const char *what, struct span document, struct span input)
{
    static struct world world;
    struct arena arena;
    struct problems problems;
    struct engine_options options = {
        .memory = &arena_heap, .dead_ms = 6000, .seed = 1, .sagas_max = 10};
    const struct definition *definition;
    arena_open(&arena, &arena_heap, 1 << 24);
    world = (struct world){.count = 0};
    if (definition_compile(document, &arena, &definition, &problems) != SAGA_OK ||
        engine_new(&options, &world.engine) != SAGA_OK) {
        die("definition");
    }
    batch_open(&world.batches[0], &arena_heap);
    batch_open(&world.batches[1], &arena_heap);
    struct event start = {.kind = EVENT_START};
    start.start.definition = definition;
    start.start.name = span_text("s");
    start.start.input = input;
    double began = now_s();
    step(&world, &start);
    release(&world);
    const struct saga *saga = map_get(&world.engine->sagas, span_text("s"));
    size_t memory = 0;
    while (world.count > 0) {
        memory = world.ended ? memory : saga->arena.size;
        answer(&world);
    }
    double took = now_s() - began;
    printf("%s: %.2f s, %llu events, %.2f us an event, %zu KiB%s\n", what, took,
           (unsigned long long)world.events, took * 1e6 / (double)world.events, memory / 1024,
           world.ended ? "" : ", and it did not end");
    engine_destroy(&world.engine);
    batch_close(&world.batches[0]);
    batch_close(&world.batches[1]);
    arena_close(&arena);
}

static void compile_json(const struct buf *text, struct buf *document)
{
    struct json_problem problem;
    buf_clear(document);
    if (json_to_mp(buf_span(text), document, &problem) != SAGA_OK) {
        die(problem.detail);
    }
}

int main(int argc, char **argv)
{
    uint32_t items = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
    uint32_t line = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000;
    static const char last[] =
        "{\"step\":\"last\",\"action\":\"s.l\",\"compensate\":\"none\","
        "\"retry\":{\"max_attempts\":1}}]}";
    struct buf text;
    struct buf document;
    struct buf input;
    buf_open(&text, 1 << 20);
    buf_open(&document, 1 << 20);
    buf_open(&input, 1 << 20);
    mp_put_array(&input, items);
    for (uint32_t i = 0; i < items; i++) {
        mp_put_text(&input, "an item of thirty bytes or so");
    }
    buf_text(&text,
             "{\"saga\":\"fan\",\"steps\":[{\"step\":\"pack\",\"action\":\"s.p\","
             "\"for_each\":\"$.input\",\"input\":\"$.item\",\"compensate\":\"s.u\"},");
    buf_text(&text, last);
    compile_json(&text, &document);
    run("items", buf_span(&document), buf_span(&input));
    buf_clear(&text);
    buf_text(&text, "{\"saga\":\"line\",\"steps\":[");
    for (uint32_t i = 0; i + 1 < line; i++) {
        buf_format(&text, "{\"step\":\"s%u\",\"action\":\"s.p\",\"compensate\":\"s.u\"},", i);
    }
    buf_text(&text, last);
    compile_json(&text, &document);
    run("line", buf_span(&document), MP_NIL_VALUE);
    buf_close(&text);
    buf_close(&document);
    buf_close(&input);
    return 0;
}
