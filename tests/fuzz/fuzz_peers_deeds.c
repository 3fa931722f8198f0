/* fuzz_peers_deeds.c - what peers may say, in any order, between tasks, cancels and time.
 *
 * Where fuzz_peers.c bends messages, this one bends what happens around them. The input is a list
 * of deeds of a byte each and what they need. Frames are raw bytes, or built of the protocol's own
 * words so that they get further. Held: what leaves is a good message within the bound, events are
 * of attempts that exist in form, nothing is answered twice, and at the end all memory is back.
 * Broken once by taking results of an attempt 0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/effect_kind.h"
#include "engine/event.h"
#include "peers/peers.h"
#include "saga/task.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TASKS_MAX = 64, ASKS_MAX = 64, PAIRS_MAX = 12, LINKS = 3, TEXT_MAX = 40 };

struct world {
    const uint8_t *at; /* the input */
    const uint8_t *end;
    struct peers *peers;
    int64_t now_ms;
    struct buf frame;
    struct task tasks[TASKS_MAX];
    char keys[TASKS_MAX][32];
    uint32_t task_count;
    struct request *asks[ASKS_MAX];
    uint32_t ask_count;
};

static uint32_t draw(struct world *world, uint32_t below)
{
    return world->at < world->end ? *world->at++ % below : 0;
}

static enum saga_error send_frame(struct span connection, struct span frame, void *arg)
{
    struct world *world = arg;
    const char *why;
    CHECK(connection.size == 1);
    CHECK(mp_check(frame, &why) == SAGA_OK);
    CHECK(frame.size <= LIMIT_MESSAGE_IN);
    uint32_t luck = draw(world, 32);
    return luck == 30 ? SAGA_OVERLOADED : luck == 31 ? SAGA_UNAVAILABLE : SAGA_OK;
}

static void take_event(const struct event *event, void *arg)
{
    const struct world *world = arg;
    CHECK(event->now_ms == world->now_ms);
    if (event->kind == EVENT_RESULT) {
        CHECK(event->result.key.size > 0 && event->result.attempt > 0);
        CHECK(event->result.output.size <= LIMIT_VALUE);
        return;
    }
    if (event->kind == EVENT_RETURNED) {
        CHECK(event->returned.size > 0);
        return;
    }
    CHECK(event->kind == EVENT_SENT || event->kind == EVENT_LOST || event->kind == EVENT_UNTAKEN ||
          event->kind == EVENT_ADOPT || event->kind == EVENT_BEAT);
}

static void take_ask(struct request *request, void *arg)
{
    struct world *world = arg;
    struct answer full = {.error = SAGA_OVERLOADED, .why = "full"};
    if (world->ask_count == ASKS_MAX) {
        request->answer(request, &full);
    } else {
        world->asks[world->ask_count++] = request;
    }
}

static enum saga_error refuse_post(struct request *request, void *arg)
{
    MAYBE(request != NULL && arg);
    return SAGA_UNAVAILABLE;
}

static enum saga_error get_saga(struct peers_look *look, void *arg)
{
    MAYBE(look->range.limit > 0 && arg);
    mp_put_text(&look->body, "status");
    mp_put_text(&look->body, "running");
    look->pairs = 1;
    look->error = look->saga.size % 2 == 0 ? SAGA_OK : SAGA_NOT_FOUND;
    look->answer(look);
    return SAGA_OK;
}

static struct span link_of(struct world *world)
{
    static const char *const names[LINKS] = {"A", "B", "C"};
    return span_text(names[draw(world, LINKS)]);
}

/* ---- frames of the protocol's words ---- */

static const char *const words[] = {
    "v",       "type",      "request",   "instance", "actions",  "window",          "running",
    "barrier", "key",       "attempt",   "token",    "status",   "output",          "error",
    "code",    "message",   "retryable", "in_doubt", "size",     "definition",      "input",
    "saga",    "wait",      "wait_ms",   "version",  "labels",   "start_at",        "since",
    "limit",   "event",     "id",        "data",     "details",  "cost_usd_micros", "ready",
    "result",  "heartbeat", "bye",       "start",    "get",      "finish",          "ok",
    "failed",  "later",     "settled",   "f.book",   "f.cancel", "booking",
};

static void put_word(struct world *world)
{
    mp_put_text(&world->frame, words[draw(world, (uint32_t)ARRAY_COUNT(words))]);
}

static void put_text(struct world *world)
{
    char text[TEXT_MAX];
    uint32_t size = draw(world, TEXT_MAX);
    for (uint32_t i = 0; i < size; i++) {
        text[i] = (char)(' ' + draw(world, 95));
    }
    mp_put_str(&world->frame, span_of(text, size));
}

/* The key, number or token of a task that was given. */
static void put_of_task(struct world *world, uint32_t what)
{
    if (world->task_count == 0) {
        mp_put_nil(&world->frame);
        return;
    }
    const struct task *task = &world->tasks[draw(world, world->task_count)];
    char token[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(task->token, TOKEN_SIZE), token);
    if (what == 0) {
        mp_put_str(&world->frame, task->key);
    } else if (what == 1) {
        mp_put_uint(&world->frame, task->attempt);
    } else {
        mp_put_text(&world->frame, token);
    }
}

static void put_scalar(struct world *world)
{
    uint32_t kind = draw(world, 9);
    switch (kind) {
    case 0:
        mp_put_uint(&world->frame, draw(world, 4));
        return;
    case 1:
        mp_put_int(&world->frame, draw(world, 2) ? INT64_C(9007199254740991) : -1);
        return;
    case 2:
        mp_put_bool(&world->frame, draw(world, 2) == 1);
        return;
    case 3:
        mp_put_nil(&world->frame);
        return;
    case 4:
        put_text(world);
        return;
    case 5:
        put_word(world);
        return;
    default:
        put_of_task(world, kind - 6);
    }
}

static void put_map(struct world *world)
{
    uint32_t count = draw(world, 4);
    mp_put_map(&world->frame, count);
    for (uint32_t i = 0; i < count; i++) {
        put_word(world);
        put_scalar(world);
    }
}

static void put_value(struct world *world)
{
    uint32_t kind = draw(world, 8);
    uint32_t count = kind == 6 ? draw(world, 4) : 0;
    if (kind < 6) {
        put_scalar(world);
    } else if (kind == 7) {
        put_map(world);
    } else {
        mp_put_array(&world->frame, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        put_map(world);
    }
}

/* What is right under the key, mostly. */
static void put_right(struct world *world, const char *key)
{
    mp_put_text(&world->frame, key);
    if (draw(world, 8) == 7) {
        put_value(world);
    } else if (strcmp(key, "key") == 0) {
        put_of_task(world, 0);
    } else if (strcmp(key, "attempt") == 0) {
        put_of_task(world, 1);
    } else if (strcmp(key, "token") == 0) {
        put_of_task(world, 2);
    } else if (strcmp(key, "status") == 0) {
        mp_put_text(&world->frame, draw(world, 2) ? "ok" : "failed");
    } else if (strcmp(key, "type") == 0) {
        mp_put_text(&world->frame, "result");
    } else if (strcmp(key, "v") == 0) {
        mp_put_uint(&world->frame, 1);
    } else {
        put_value(world);
    }
}

static struct span build_frame(struct world *world)
{
    static const char *const types[] = {"ready", "result", "heartbeat", "window", "bye",  "start",
                                        "get",   "wait",   "finish",    "event",  "begin"};
    uint32_t pairs = draw(world, PAIRS_MAX);
    buf_clear(&world->frame);
    mp_put_map(&world->frame, pairs + 2);
    mp_put_text(&world->frame, "v");
    mp_put_uint(&world->frame, 1);
    mp_put_text(&world->frame, "type");
    mp_put_text(&world->frame, types[draw(world, (uint32_t)ARRAY_COUNT(types))]);
    for (uint32_t i = 0; i < pairs; i++) {
        put_word(world);
        put_value(world);
    }
    return buf_span(&world->frame);
}

static struct span build_result(struct world *world)
{
    static const char *const keys[] = {"v",     "type",   "key",    "attempt",
                                       "token", "status", "output", "error"};
    buf_clear(&world->frame);
    mp_put_map(&world->frame, ARRAY_COUNT(keys));
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        put_right(world, keys[i]);
    }
    return buf_span(&world->frame);
}

static void say_raw(struct world *world)
{
    size_t size = draw(world, 200);
    size_t left = (size_t)(world->end - world->at);
    size = size < left ? size : left;
    struct span frame = span_of(world->at, size);
    world->at += size;
    peers_receive(world->peers, link_of(world), frame, world->now_ms);
}

/* A `ready` as it should be, so that there are sessions. */
static void say_ready(struct world *world)
{
    struct span link = link_of(world);
    buf_clear(&world->frame);
    mp_put_map(&world->frame, 5);
    mp_put_text(&world->frame, "v");
    mp_put_uint(&world->frame, 1);
    mp_put_text(&world->frame, "type");
    mp_put_text(&world->frame, "ready");
    mp_put_text(&world->frame, "instance");
    mp_put_str(&world->frame, link);
    mp_put_text(&world->frame, "actions");
    mp_put_array(&world->frame, 1);
    mp_put_text(&world->frame, "f.book");
    mp_put_text(&world->frame, "window");
    mp_put_uint(&world->frame, draw(world, 8));
    peers_receive(world->peers, link, buf_span(&world->frame), world->now_ms);
}

/* ---- what the engine does ---- */

static void give_task(struct world *world)
{
    if (world->task_count == TASKS_MAX) {
        return;
    }
    uint32_t number = world->task_count++;
    struct task *task = &world->tasks[number];
    int size = snprintf(world->keys[number], sizeof(world->keys[number]), "s-%u/a/do", number);
    *task = (struct task){.saga = number + 1,
                          .key = span_of(world->keys[number], (size_t)size),
                          .attempt = 1,
                          .kind = draw(world, 4) == 0 ? TASK_UNDO : TASK_DO,
                          .action = span_text("f.book"),
                          .saga_name = span_text("s"),
                          .definition = span_text("booking"),
                          .version = 1,
                          .step = span_text("a"),
                          .input = MP_NIL_VALUE,
                          .do_key = span_text("s/a/do"),
                          .output = MP_NIL_VALUE,
                          .ttl_ms = 1000 + 500 * draw(world, 8),
                          .traceparent = span_text("00-1-2-01")};
    memset(task->token, (int)number + 1, TOKEN_SIZE);
    peers_task(world->peers, task, world->now_ms);
}

static void tell(struct world *world, enum effect_kind kind)
{
    if (world->task_count == 0) {
        return;
    }
    const struct task *task = &world->tasks[draw(world, world->task_count)];
    struct effect effect = {.kind = kind};
    effect.call.key = task->key;
    effect.call.attempt = task->attempt;
    memcpy(effect.call.token, task->token, TOKEN_SIZE);
    effect.call.action = task->action;
    effect.call.reason = "cancelled";
    effect.call.over_ms = world->now_ms + 100 * draw(world, 20);
    effect.call.verdict = (enum verdict)draw(world, 4);
    if (kind == EFFECT_CANCEL) {
        peers_cancel(world->peers, &effect, world->now_ms);
    } else {
        peers_done(world->peers, &effect, world->now_ms);
    }
}

static void answer_one(struct world *world)
{
    if (world->ask_count == 0) {
        return;
    }
    struct request *request = world->asks[--world->ask_count];
    struct answer answer = {.error = draw(world, 2) ? SAGA_OK : SAGA_NOT_FOUND,
                            .saga = span_text("s"),
                            .state = SAGA_STATE_RUNNING};
    request->answer(request, &answer);
}

static void pass_time(struct world *world)
{
    world->now_ms += 37 * draw(world, 256);
    peers_tick(world->peers, world->now_ms);
}

static void do_one(struct world *world)
{
    switch (draw(world, 12)) {
    case 0:
        say_raw(world);
        return;
    case 1:
    case 2:
    case 3:
    case 4: {
        struct span frame = draw(world, 2) ? build_frame(world) : build_result(world);
        peers_receive(world->peers, link_of(world), frame, world->now_ms);
        return;
    }
    case 5:
        say_ready(world);
        return;
    case 6:
        give_task(world);
        return;
    case 7:
        tell(world, EFFECT_CANCEL);
        return;
    case 8:
        tell(world, EFFECT_DONE);
        return;
    case 9:
        answer_one(world);
        return;
    case 10:
        pass_time(world);
        return;
    default:
        peers_flush(world->peers, world->now_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = {.at = data, .end = data + size, .now_ms = 1000000};
    const struct peers_options options = {.heartbeat_ms = 2000,
                                          .dead_ms = 6000,
                                          .message_max = LIMIT_MESSAGE_IN,
                                          .seed = 42,
                                          .server = "0.1.0",
                                          .endpoint = "tcp://127.0.0.1:7701"};
    const struct wire_ops wire = {.send = send_frame, .arg = &world};
    const struct peers_reader reader = {.get = get_saga, .arg = &world};
    const struct desk desk = {.ask = take_ask, .post = refuse_post, .arg = &world};
    if (peers_new(&options, &wire, &reader, &desk, &world.peers) != SAGA_OK) {
        abort();
    }
    peers_on_event(world.peers, take_event, &world);
    buf_open(&world.frame, LIMIT_MESSAGE_IN);
    while (world.at < world.end) {
        do_one(&world);
    }
    while (world.ask_count > 0) {
        answer_one(&world);
    }
    struct peers_stats stats;
    peers_stats(world.peers, &stats);
    CHECK(stats.in_flight <= TASKS_MAX && stats.sessions <= LINKS);
    peers_destroy(&world.peers);
    buf_close(&world.frame);
    return 0;
}
