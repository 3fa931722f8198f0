/* peers_world.h - a world for peers: a wire that records frames, an engine that records events.
 *
 * Messages are written and seen as JSON, with ' for ". Everything that peers does is one line of a
 * log, which tests search:
 *
 *   send A {"v":1,"type":"welcome",...}      a frame to connection A
 *   LOST k#1 token=00.. ref=16385            an event
 *   ask start definition=... saga=...        a request on the desk
 */
#ifndef TESTS_PEERS_WORLD_H
#define TESTS_PEERS_WORLD_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/effect_kind.h"
#include "engine/event.h"
#include "peers/peers.h"
#include "saga/task.h"

enum { WORLD_LOG_SIZE = 8 * 1024 * 1024, WORLD_ASKS = 64, WORLD_TASKS = 512 };

struct world {
    struct peers *peers;
    int64_t now_ms;
    struct buf log;
    struct buf raw; /* the frames that left, one behind the other */
    struct buf frame;
    enum saga_error send_error; /* what sends give to connections named in `broken` */
    char broken[16];
    struct request *asks[WORLD_ASKS];
    uint32_t ask_count;
    uint64_t ref;            /* of the last event */
    struct span reader_saga; /* what the reader was asked */
    uint64_t reader_since;
    uint32_t reader_limit;
    bool holds_looks;        /* the reader takes its time: */
    struct peers_look *held; /* what it was asked last */
    struct task tasks[WORLD_TASKS];
    char keys[WORLD_TASKS][64];
    uint32_t task_count;
};

static enum saga_error world_send(struct span connection, struct span frame, void *arg)
{
    struct world *world = arg;
    if (memchr(world->broken, connection.data[0], strlen(world->broken))) {
        return world->send_error;
    }
    const char *why;
    cr_assert_eq(mp_check(frame, &why), SAGA_OK, "what leaves is bad: %s", why);
    cr_assert_leq(frame.size, LIMIT_MESSAGE_IN);
    buf_write(&world->raw, frame.data, frame.size);
    buf_format(&world->log, "send %.*s ", (int)connection.size, (const char *)connection.data);
    cr_assert_eq(json_from_mp(frame, &world->log, JSON_COMPACT_STYLE), SAGA_OK);
    buf_text(&world->log, "\n");
    return SAGA_OK;
}

static const char *const world_kinds[] = {
    [EVENT_START] = "START",     [EVENT_RESULT] = "RESULT", [EVENT_SENT] = "SENT",
    [EVENT_LOST] = "LOST",       [EVENT_ADOPT] = "ADOPT",   [EVENT_BEAT] = "BEAT",
    [EVENT_UNTAKEN] = "UNTAKEN",
};

static void world_result(struct world *world, const struct result *result)
{
    static const char *const names[] = {"ok", "failed", "later"};
    buf_format(&world->log,
               " %s code=%.*s message=%.*s retryable=%d in_doubt=%d after=%ld cost=%ld",
               names[result->status], (int)result->code.size, (const char *)result->code.data,
               (int)result->message.size, (const char *)result->message.data, result->retryable,
               result->in_doubt, (long)result->retry_after_ms, (long)result->cost_micros);
    buf_text(&world->log, " output=");
    if (result->output.size > 0) {
        cr_assert_eq(json_from_mp(result->output, &world->log, JSON_COMPACT_STYLE), SAGA_OK);
    }
}

static void world_event(const struct event *event, void *arg)
{
    struct world *world = arg;
    bool is_result = event->kind == EVENT_RESULT;
    if (event->kind == EVENT_RETURNED) {
        buf_format(&world->log, "RETURNED %.*s ref=%lu\n", (int)event->returned.size,
                   (const char *)event->returned.data, (unsigned long)event->ref);
        return;
    }
    struct span key = is_result ? event->result.key : event->task.key;
    char token[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(is_result ? event->result.token : event->task.token, TOKEN_SIZE), token);
    buf_format(&world->log, "%s %.*s#%u token=%s ref=%lu", world_kinds[event->kind], (int)key.size,
               (const char *)key.data, is_result ? event->result.attempt : event->task.attempt,
               token, (unsigned long)event->ref);
    if (is_result) {
        world_result(world, &event->result);
    } else {
        buf_format(&world->log, " barrier=%d", event->task.barrier);
    }
    if (event->kind == EVENT_BEAT && event->task.details.size > 0) {
        buf_text(&world->log, " details=");
        cr_assert_eq(json_from_mp(event->task.details, &world->log, JSON_COMPACT_STYLE), SAGA_OK);
    }
    buf_text(&world->log, "\n");
    cr_assert_eq(event->now_ms, world->now_ms);
    world->ref = event->ref;
}

static void world_ask(struct request *request, void *arg)
{
    static const char *const names[] = {
        [REQUEST_START] = "start", [REQUEST_VERB] = "verb",     [REQUEST_FINISH] = "finish",
        [REQUEST_WAIT] = "wait",   [REQUEST_DEFINE] = "define", [REQUEST_OUTBOX] = "outbox",
        [REQUEST_EVENT] = "event", [REQUEST_OPEN] = "open"};
    struct world *world = arg;
    buf_format(
        &world->log, "ask %s definition=%.*s version=%u name=%.*s saga=%.*s settled=%d wait=%ld",
        names[request->kind], (int)request->definition.size, (const char *)request->definition.data,
        request->version, (int)(request->kind == REQUEST_START ? request->start.name.size : 0),
        request->kind == REQUEST_START ? (const char *)request->start.name.data : "",
        (int)request->saga.size, (const char *)request->saga.data, request->wait_settled,
        (long)request->wait_ms);
    if (request->kind == REQUEST_START) {
        buf_format(&world->log, " trace=%.*s start_at=%ld", (int)request->start.traceparent.size,
                   (const char *)request->start.traceparent.data, (long)request->start.start_at_ms);
    }
    if (request->kind == REQUEST_FINISH) {
        world_result(world, &request->result);
    }
    buf_text(&world->log, "\n");
    cr_assert_lt(world->ask_count, WORLD_ASKS);
    world->asks[world->ask_count++] = request;
}

static enum saga_error world_post(struct request *request, void *arg)
{
    MAYBE(request != NULL && arg);
    return SAGA_UNAVAILABLE;
}

static enum saga_error world_get(struct peers_look *look, void *arg)
{
    struct world *world = arg;
    world->reader_since = look->range.since;
    world->reader_limit = look->range.limit;
    look->error = span_is(look->saga, "trip-1") ? SAGA_OK : SAGA_NOT_FOUND;
    mp_put_text(&look->body, "status");
    mp_put_text(&look->body, "completed");
    mp_put_text(&look->body, "steps");
    mp_put_array(&look->body, 0);
    mp_put_text(&look->body, "history");
    mp_put_array(&look->body, 0);
    look->pairs = 3;
    if (world->holds_looks) {
        world->held = look;
        return SAGA_OK;
    }
    look->answer(look);
    return SAGA_OK;
}

static inline struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof(*world));
    cr_assert_not_null(world);
    world->now_ms = 1000000;
    buf_open(&world->log, WORLD_LOG_SIZE);
    buf_open(&world->raw, WORLD_LOG_SIZE);
    buf_open(&world->frame, 4 * LIMIT_MESSAGE_IN);
    const struct peers_options options = {
        .heartbeat_ms = 2000,
        .dead_ms = 6000,
        .message_max = LIMIT_MESSAGE_IN,
        .seed = 42,
        .server = "0.1.0",
        .endpoint = "tcp://127.0.0.1:7701",
    };
    const struct wire_ops wire = {.send = world_send, .arg = world};
    const struct peers_reader reader = {.get = world_get, .arg = world};
    const struct desk desk = {.ask = world_ask, .post = world_post, .arg = world};
    cr_assert_eq(peers_new(&options, &wire, &reader, &desk, &world->peers), SAGA_OK);
    peers_on_event(world->peers, world_event, world);
    return world;
}

static inline void world_destroy(struct world *world)
{
    peers_destroy(&world->peers);
    buf_close(&world->log);
    buf_close(&world->raw);
    buf_close(&world->frame);
    free(world);
}

/* JSON with ' for " becomes the frame in world->frame. */
__attribute__((format(printf, 2, 0))) static struct span world_pack(struct world *world,
                                                                    const char *format,
                                                                    va_list args)
{
    static char text[3 * 1024 * 1024];
    int size = vsnprintf(text, sizeof(text), format, args);
    cr_assert(size > 0 && (size_t)size < sizeof(text));
    for (int i = 0; i < size; i++) {
        text[i] = text[i] == '\'' ? '"' : text[i];
    }
    struct json_problem problem;
    buf_clear(&world->frame);
    enum saga_error rc = json_to_mp(span_of(text, (size_t)size), &world->frame, &problem);
    cr_assert_eq(rc, SAGA_OK, "%.100s: %s", text, problem.detail);
    return buf_span(&world->frame);
}

/* Connection `from` says something. */
__attribute__((format(printf, 3, 4))) static inline void says(struct world *world, const char *from,
                                                              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct span frame = world_pack(world, format, args);
    va_end(args);
    peers_receive(world->peers, span_text(from), frame, world->now_ms);
}

static inline void says_bytes(struct world *world, const char *from, struct span frame)
{
    peers_receive(world->peers, span_text(from), frame, world->now_ms);
}

/* How many lines of the log hold all of the texts, of which ' stands for "; NULL: no more. */
static uint32_t lines_with(const struct world *world, const char *first, const char *second)
{
    uint32_t count = 0;
    const char *at = (const char *)world->log.data;
    const char *end = at + world->log.size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)(stop - at);
        bool has = memmem(at, size, first, strlen(first)) != NULL &&
                   (!second || memmem(at, size, second, strlen(second)));
        count += has;
        at = stop + 1;
    }
    return count;
}

static inline uint32_t seen(struct world *world, const char *first, const char *second)
{
    char a[1024];
    char b[1024];
    snprintf(a, sizeof(a), "%s", first);
    snprintf(b, sizeof(b), "%s", second ? second : "");
    for (char *at = a; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    for (char *at = b; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    return lines_with(world, a, b);
}

static inline void forget(struct world *world)
{
    buf_clear(&world->log);
    buf_clear(&world->raw);
}

/* What the log says from now on, to the end of the test's process. */
struct captured {
    FILE *file;
};

static inline struct captured capture(void)
{
    struct captured captured = {.file = tmpfile()};
    cr_assert_not_null(captured.file);
    fflush(stderr);
    cr_assert_geq(dup2(fileno(captured.file), STDERR_FILENO), 0);
    return captured;
}

/* How many lines of the log hold the text. */
static inline uint32_t captured_count(struct captured *captured, const char *text)
{
    char line[4096];
    uint32_t count = 0;
    fflush(stderr);
    rewind(captured->file);
    while (fgets(line, sizeof(line), captured->file)) {
        count += strstr(line, text) != NULL;
    }
    return count;
}

/* Exactly `count` lines of the log so far hold both texts. */
#define SEEN(world, count, first, second)                                                          \
    cr_assert_eq(seen(world, first, second), (uint32_t)(count), "%s %s\n%.*s", first,              \
                 (second) != NULL ? (const char *)(second) : "", (int)(world)->log.size,           \
                 (const char *)(world)->log.data)

static inline void at(struct world *world, int64_t ms)
{
    world->now_ms = 1000000 + ms;
    peers_tick(world->peers, world->now_ms);
}

/* Time passes while ticks come as often as the daemon's. */
static inline void run_to(struct world *world, int64_t ms)
{
    while (world->now_ms < 1000000 + ms) {
        at(world, world->now_ms + 250 < 1000000 + ms ? world->now_ms + 250 - 1000000 : ms);
    }
}

/* A heartbeat comes at that time, and the next tick with it. */
static inline void heard(struct world *world, const char *from, int64_t ms)
{
    world->now_ms = 1000000 + ms;
    says(world, from, "{'v':1,'type':'heartbeat'}");
    peers_tick(world->peers, world->now_ms);
}

static inline void ready(struct world *world, const char *from, const char *instance,
                         uint32_t window)
{
    says(world, from,
         "{'v':1,'type':'ready','instance':'%s','actions':['f.book','f.cancel'],'window':%u}",
         instance, window);
}

/* A task of kind do for f.book, token = number in the first byte. */
static inline struct task *make_task(struct world *world, const char *key, uint32_t attempt,
                                     enum task_kind kind)
{
    cr_assert_lt(world->task_count, WORLD_TASKS);
    uint32_t number = world->task_count++;
    char *kept = world->keys[number];
    snprintf(kept, sizeof(world->keys[number]), "%s", key);
    struct task *task = &world->tasks[number];
    *task = (struct task){
        .saga = 1,
        .key = span_text(kept),
        .attempt = attempt,
        .kind = kind,
        .action = span_text("f.book"),
        .saga_name = span_text("trip-1"),
        .definition = span_text("trip"),
        .version = 3,
        .step = span_text("flight"),
        .ttl_ms = 60000,
        .traceparent = span_text("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    };
    snprintf((char *)task->token, TOKEN_SIZE, "%u", number + 1);
    return task;
}

static inline struct task *send_task(struct world *world, const char *key, uint32_t attempt)
{
    struct task *task = make_task(world, key, attempt, TASK_DO);
    peers_task(world->peers, task, world->now_ms);
    return task;
}

static inline const char *hex_of(const struct task *task)
{
    static char text[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(task->token, TOKEN_SIZE), text);
    return text;
}

static inline void answers(struct world *world, const char *from, const struct task *task,
                           const char *status)
{
    says(world, from,
         "{'v':1,'type':'result','key':'%.*s','attempt':%u,'token':'%s','status':'%s'}",
         (int)task->key.size, (const char *)task->key.data, task->attempt, hex_of(task), status);
}

static inline void cancels(struct world *world, const struct task *task, uint64_t ref,
                           int64_t over_ms)
{
    struct effect effect = {.kind = EFFECT_CANCEL, .ref = ref};
    effect.call.key = task->key;
    effect.call.attempt = task->attempt;
    memcpy(effect.call.token, task->token, TOKEN_SIZE);
    effect.call.action = task->action;
    effect.call.reason = "timed_out";
    effect.call.over_ms = over_ms;
    peers_cancel(world->peers, &effect, world->now_ms);
}

static inline struct peers_stats stats_of(const struct world *world)
{
    struct peers_stats stats;
    peers_stats(world->peers, &stats);
    return stats;
}

#endif
