/* engine_bench.c - what a decision costs: the pure engine alone, no store, no sockets.
 *
 * Runs booking sagas to their end, so many in flight, and prints microseconds per saga for the
 * engine and, in the same run, for the least that any coordinator must do per saga with the same
 * libraries: packing four rows of the same size and hashing their payloads. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/engine_options.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/leave.h"
#include "engine/placement.h"
#include "language/definition.h"
#include "reading/problem.h"
#include "saga/task.h"

static uint32_t inflight = 64;
static uint32_t sagas = 256000;

static const char definition_text[] =
    "{\"saga\":\"booking\",\"timeout\":\"10m\",\"steps\":["
    "{\"step\":\"flight\",\"action\":\"flights.book\",\"compensate\":\"flights.cancel\","
    "\"input\":{\"trip\":\"$.input.trip\",\"seat\":\"$.input.seat\"}},"
    "{\"step\":\"hotel\",\"action\":\"hotels.reserve\",\"compensate\":\"hotels.release\","
    "\"input\":{\"trip\":\"$.input.trip\"}},"
    "{\"step\":\"itinerary\",\"action\":\"itineraries.create\",\"compensate\":\"none\","
    "\"input\":{\"trip\":\"$.input.trip\"}}]}";

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void die(const char *what)
{
    fprintf(stderr, "engine_bench: %s\n", what);
    exit(1);
}

static uint8_t random_bytes[4 * ENTROPY_PER_EVENT];
static struct entropy entropy = {random_bytes, sizeof(random_bytes), 0};

/* Each attempt is for a participant: its record says so. */
static struct placed choose(struct span action, enum task_kind kind, int64_t now_ms, void *arg)
{
    static const char instance[] = "019ad511-6a0f-7c52-9d3e-5a0c3f1b2d4e";
    MAYBE(action.size > 0 && kind != TASK_CHECK && now_ms > 0 && !arg);
    return (struct placed){1, span_of(instance, sizeof(instance) - 1)};
}

static const struct placement placement = {.choose = choose};

static void step(struct engine *engine, struct event *event, struct batch *batch)
{
    if (entropy.size - entropy.used < ENTROPY_PER_EVENT) {
        digest_random(random_bytes, sizeof(random_bytes));
        entropy.used = 0;
    }
    event->entropy = &entropy;
    event->placement = &placement;
    if (engine_step(engine, event, batch) != SAGA_OK) {
        die("a step failed");
    }
}

/* Answers every task of the batch, into the next batch; returns how many there were. */
static uint32_t answer(struct engine *engine, const struct batch *from, struct batch *to,
                       struct span output)
{
    uint32_t tasks = 0;
    for (uint32_t i = 0; i < from->effect_count; i++) {
        if (from->effects[i].kind != EFFECT_TASK) {
            continue;
        }
        const struct task *task = from->effects[i].task;
        struct event sent = {.kind = EVENT_SENT, .now_ms = 1000};
        memcpy(sent.task.token, task->token, TOKEN_SIZE);
        step(engine, &sent, to);
        struct event event = {.kind = EVENT_RESULT, .now_ms = 1001};
        event.result = (struct result){.key = task->key,
                                       .attempt = task->attempt,
                                       .status = RESULT_OK,
                                       .output = output,
                                       .retry_after_ms = -1};
        memcpy(event.result.token, task->token, TOKEN_SIZE);
        step(engine, &event, to);
        tasks++;
    }
    return tasks;
}

static double run_engine(const struct definition *definition, struct span input, struct span output,
                         double *row_bytes)
{
    struct engine_options options = {
        .memory = &arena_heap, .dead_ms = 6000, .seed = 1, .sagas_max = 1000000};
    struct engine *engine;
    struct batch batches[2];
    if (engine_new(&options, &engine) != SAGA_OK) {
        die("no engine");
    }
    batch_open(&batches[0], &arena_heap);
    batch_open(&batches[1], &arena_heap);
    size_t bytes = 0;
    double began = now_us();
    for (uint32_t round = 0; round < sagas / inflight; round++) {
        struct batch *now = &batches[0];
        struct batch *next = &batches[1];
        for (uint32_t i = 0; i < inflight; i++) {
            char name[40];
            int size =
                snprintf(name, sizeof(name), "0192d3a1-7c3e-7000-8000-%012u", round * inflight + i);
            struct event event = {.kind = EVENT_START, .now_ms = 1000};
            event.start.definition = definition;
            event.start.name = span_of(name, (size_t)size);
            event.start.input = input;
            step(engine, &event, now);
        }
        for (uint32_t tasks = 1; tasks > 0;) {
            tasks = answer(engine, now, next, output);
            bytes += now->size;
            if (engine_released(engine, now->serial, next) != SAGA_OK) {
                die("no memory");
            }
            batch_clear(now);
            struct batch *other = now;
            now = next;
            next = other;
        }
    }
    double took = now_us() - began;
    if (engine_count(engine) != 0) {
        die("sagas are left");
    }
    *row_bytes = (double)bytes / sagas;
    batch_close(&batches[0]);
    batch_close(&batches[1]);
    engine_destroy(&engine);
    return took / sagas;
}

static double run_least(void)
{
    struct buf body;
    uint8_t payload[80] = {0};
    uint8_t digest[DIGEST_SIZE];
    buf_open(&body, 1024);
    double began = now_us();
    for (uint32_t i = 0; i < sagas * 4; i++) {
        buf_clear(&body);
        digest_pair(span_of(payload, sizeof(payload)), span_of(NULL, 0), digest);
        mp_put_array(&body, 8);
        for (uint32_t k = 0; k < 6; k++) {
            mp_put_uint(&body, i);
        }
        mp_put_bin(&body, span_of(digest, sizeof(digest)));
        mp_put_bin(&body, span_of(payload, 16));
    }
    double took = now_us() - began;
    buf_close(&body);
    return took / sagas;
}

int main(int argc, char **argv)
{
    inflight = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : inflight;
    sagas = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : sagas;
    if (argc > 3 || inflight == 0 || sagas < inflight) {
        die("usage: engine_bench [IN_FLIGHT [SAGAS]]");
    }
    struct buf document;
    struct buf input;
    struct buf output;
    buf_open(&document, 1 << 20);
    buf_open(&input, 1024);
    buf_open(&output, 1024);
    struct json_problem problem;
    if (json_to_mp(span_text(definition_text), &document, &problem) != SAGA_OK) {
        die("json");
    }
    struct arena arena;
    struct problems problems;
    const struct definition *definition;
    arena_open(&arena, &arena_heap, 1 << 20);
    if (definition_compile(buf_span(&document), &arena, &definition, &problems) != SAGA_OK) {
        die("definition");
    }
    mp_put_map(&input, 2);
    mp_put_text(&input, "trip");
    mp_put_text(&input, "MUC-LIS-2026-12-24");
    mp_put_text(&input, "seat");
    mp_put_text(&input, "14C");
    mp_put_map(&output, 1);
    mp_put_text(&output, "id");
    mp_put_text(&output, "booking-123456");
    digest_random(random_bytes, sizeof(random_bytes));
    double row_bytes;
    double engine_us = run_engine(definition, buf_span(&input), buf_span(&output), &row_bytes);
    double least_us = run_least();
    printf("engine: %.2f us a saga, %.0f bytes of rows; least: %.2f us; ratio %.2f\n", engine_us,
           row_bytes, least_us, engine_us / least_us);
    buf_close(&document);
    buf_close(&input);
    buf_close(&output);
    arena_close(&arena);
    return 0;
}
