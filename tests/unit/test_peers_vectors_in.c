/* test_peers_vectors_in.c - what comes in is understood and answered as the wire's vectors say.
 *
 * schemas/wire/vectors.json through the product's code, each vector in a world of its own; what
 * the vectors mean: schemas/wire/README.md.
 *
 * Seen to fail with: a bad result taken for a bad message, BAD_MAX 4, MP_DEPTH_MAX 27, in_doubt of
 * an error not read, the size of a window made optional. */
#include "engine/event.h"
#include "wire_vectors.h"

/* ---- what peers understood, as JSON would have it ---- */

static void put_pair(struct buf *out, const char *key, struct span text)
{
    mp_put_text(out, key);
    if (text.size == 0) {
        mp_put_nil(out);
    } else {
        mp_put_str(out, text);
    }
}

static void put_value(struct buf *out, const char *key, struct span value)
{
    mp_put_text(out, key);
    mp_put_value(out, value);
}

/* nil when there is none. */
static void put_number(struct buf *out, const char *key, int64_t number, int64_t none)
{
    mp_put_text(out, key);
    if (number == none) {
        mp_put_nil(out);
    } else {
        mp_put_int(out, number);
    }
}

static void put_token(struct buf *out, const uint8_t token[TOKEN_SIZE])
{
    char hex[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(token, TOKEN_SIZE), hex);
    put_pair(out, "token", span_text(hex));
}

/* `pairs` besides those of every result. */
static void put_result(struct buf *out, const struct result *result, uint32_t pairs)
{
    static const char *const names[] = {"ok", "failed", "later"};
    bool has_failed = result->status == RESULT_FAILED;
    mp_put_map(out, pairs + 4u + has_failed);
    put_token(out, result->token);
    put_pair(out, "status", span_text(names[result->status]));
    put_value(out, "output", result->output);
    put_number(out, "cost_usd_micros", result->cost_micros, -1);
    if (!has_failed) {
        return;
    }
    mp_put_text(out, "error");
    mp_put_map(out, 6);
    put_pair(out, "code", result->code);
    mp_put_text(out, "message");
    mp_put_str(out, result->message);
    mp_put_text(out, "retryable");
    mp_put_bool(out, result->retryable);
    mp_put_text(out, "in_doubt");
    mp_put_bool(out, result->in_doubt);
    put_number(out, "retry_after_ms", result->retry_after_ms, -1);
    put_value(out, "details", result->details);
}

static void note_event(const struct event *event, void *arg)
{
    struct buf *out = arg;
    bool is_result = event->kind == EVENT_RESULT;
    if (is_result) {
        put_result(out, &event->result, 3);
        put_pair(out, "event", span_text("result"));
        put_pair(out, "key", event->result.key);
        put_number(out, "attempt", event->result.attempt, -1);
        return;
    }
    if (event->kind == EVENT_RETURNED) {
        return; /* follows from what was named, and carries no more of the message */
    }
    cr_assert(event->kind == EVENT_BEAT || event->kind == EVENT_ADOPT, "event %d", event->kind);
    bool has_details = event->kind == EVENT_BEAT && event->task.details.size > 0;
    mp_put_map(out, 3u + has_details);
    put_pair(out, "event", span_text(event->kind == EVENT_BEAT ? "beat" : "adopt"));
    put_pair(out, "key", event->task.key);
    put_number(out, "attempt", event->task.attempt, -1);
    if (has_details) {
        put_value(out, "details", event->task.details);
    }
}

static void put_flag(struct buf *out, const char *name, bool value)
{
    mp_put_text(out, name);
    mp_put_bool(out, value);
}

static void note_open(struct buf *out, const struct request *request)
{
    static const char *const names[] = {"register", "complete", "commit", "abort"};
    const struct open_request *open = &request->open;
    bool registers = open->verb == OPEN_REGISTER;
    bool completes = open->verb == OPEN_COMPLETE;
    mp_put_map(out, registers || completes ? (registers ? 7 : 11) : 7);
    put_pair(out, "asks", span_text(names[open->verb]));
    put_pair(out, "saga", open->saga);
    if (registers) {
        put_pair(out, "step", open->step);
        put_value(out, "input", open->input);
        put_value(out, "needs", open->needs);
        put_value(out, "form", open->calls.form);
        put_value(out, "inputs", open->calls.inputs);
        return;
    }
    put_value(out, "output", open->output);
    put_pair(out, "code", open->code);
    put_pair(out, "message", open->message);
    if (completes) {
        put_pair(out, "step", open->step);
        put_pair(out, "key", open->key);
        put_flag(out, "ok", open->ok);
        put_flag(out, "in_doubt", open->in_doubt);
        put_value(out, "details", open->details);
        put_number(out, "cost_usd_micros", open->cost_micros, 0);
        return;
    }
    put_pair(out, "wait", span_text(request->wait_settled ? "settled" : "stored"));
    put_number(out, "wait_ms", request->wait_ms, -1);
}

static void note_begin(struct buf *out, const struct start_request *start, bool is_minted)
{
    mp_put_map(out, 6);
    put_pair(out, "asks", span_text("begin"));
    put_pair(out, "saga", is_minted ? (struct span){NULL, 0} : start->name);
    put_pair(out, "name", start->open_name);
    put_value(out, "input", start->input);
    put_value(out, "labels", start->labels);
    put_value(out, "terms", start->terms);
}

static void note_ask(struct buf *out, const struct request *request, struct span message)
{
    const struct start_request *start = &request->start;
    switch ((int)request->kind) {
    case REQUEST_FINISH:
        put_result(out, &request->result, 1);
        put_pair(out, "asks", span_text("finish"));
        return;
    case REQUEST_WAIT:
        mp_put_map(out, 3);
        put_pair(out, "asks", span_text("wait"));
        put_pair(out, "saga", request->saga);
        put_number(out, "wait_ms", request->wait_ms, -1);
        return;
    case REQUEST_EVENT:
        mp_put_map(out, 5);
        put_pair(out, "asks", span_text("event"));
        put_pair(out, "event", request->event.name);
        put_pair(out, "id", request->event.id);
        put_pair(out, "saga", request->event.saga);
        put_value(out, "data", request->event.data);
        return;
    case REQUEST_OPEN:
        note_open(out, request);
        return;
    default:
        cr_assert_eq(request->kind, REQUEST_START);
    }
    bool is_minted = find(message, "saga").size == 0;
    cr_assert(!is_minted || start->name.size == 36, "not an UUID");
    if (start->open_name.size > 0) {
        note_begin(out, start, is_minted);
        return;
    }
    mp_put_map(out, 10);
    put_pair(out, "asks", span_text("start"));
    put_pair(out, "definition", request->definition);
    put_number(out, "version", request->version, 0);
    put_pair(out, "saga", is_minted ? (struct span){NULL, 0} : start->name);
    put_value(out, "input", start->input);
    put_value(out, "labels", start->labels);
    put_number(out, "start_at", start->start_at_ms, 0);
    put_pair(out, "traceparent", start->traceparent);
    put_pair(out, "wait", span_text(request->wait_settled ? "settled" : "stored"));
    put_number(out, "wait_ms", request->wait_ms, -1);
}

static void note_get(struct buf *out, const struct world *world)
{
    mp_put_map(out, 3);
    put_pair(out, "asks", span_text("get"));
    put_number(out, "since", (int64_t)world->reader_since, -1);
    put_number(out, "limit", world->reader_limit, -1);
}

static void note_session(const struct peers_session *session, void *arg)
{
    struct buf *out = arg;
    mp_put_map(out, 4);
    put_pair(out, "instance", session->instance);
    mp_put_text(out, "actions");
    mp_put_array(out, session->action_count);
    for (uint32_t i = 0; i < session->action_count; i++) {
        mp_put_str(out, session->actions[i]);
    }
    put_number(out, "window", session->window, -1);
    mp_put_text(out, "barrier");
    mp_put_bool(out, session->barrier);
}

/* ---- what comes in ---- */

static void compare(struct span vector, const char *key, const struct buf *got)
{
    struct span wanted = find(vector, key);
    struct mp mp = mp_open(buf_span(got));
    uint32_t count = 0;
    for (; mp_peek(&mp) != MP_NONE; count++) {
        struct span value = mp_skip(&mp);
        struct span other = mp_at(wanted, count);
        cr_expect(mp_equal(value, other), "%s: %s\n  has    %s\n  wanted %s", name_of(vector), key,
                  json_of(value), json_of(other));
    }
    cr_expect_eq(count, count_of(wanted), "%s: %u %s", name_of(vector), count, key);
}

/* The session as it is now against `after`: none, or what it offers. */
static void compare_session(const struct world *world, struct span vector)
{
    struct buf got;
    buf_open(&got, JSON_FILE_MAX);
    peers_each_session(world->peers, note_session, &got);
    if (says_so(vector, "after", "none")) {
        cr_expect_eq(got.size, 0, "%s: a session is there", name_of(vector));
    } else {
        cr_expect(mp_equal(buf_span(&got), find(vector, "after")), "%s: after %s", name_of(vector),
                  json_of(buf_span(&got)));
    }
    buf_close(&got);
}

static void receive(struct world *world, struct span vector)
{
    struct span times = find(vector, "times");
    struct mp mp = mp_open(times);
    put_frame(&world->frame, vector);
    for (int64_t left = times.size == 0 ? 1 : mp_int(&mp); left > 0; left--) {
        says_bytes(world, "A", buf_span(&world->frame));
    }
    peers_flush(world->peers, world->now_ms);
}

/* A heartbeat speaks of what the session was sent. */
static void send_running(struct world *world, struct span message)
{
    struct span running = find(message, "running");
    for (uint32_t i = 0; i < count_of(running); i++) {
        struct span element = mp_at(running, i);
        struct span key = text_of(find(element, "key"));
        struct mp mp = mp_open(find(element, "attempt"));
        char name[64];
        snprintf(name, sizeof(name), "%.*s", (int)key.size, (const char *)key.data);
        struct task *task = make_task(world, name, (uint32_t)mp_int(&mp), TASK_DO);
        task->action = span_text("hotel.reserve");
        peers_task(world->peers, task, world->now_ms);
    }
}

static void come_in(struct span vector)
{
    struct world *world = world_new();
    struct buf understood;
    buf_open(&understood, JSON_FILE_MAX);
    if (says_so(vector, "session", "open")) {
        says(world, "A", "%s", READY);
    }
    if (says_so(find(vector, "message"), "type", "heartbeat") &&
        find(vector, "understood").size > 0) {
        send_running(world, find(vector, "message"));
    }
    forget(world);
    peers_on_event(world->peers, note_event, &understood);
    if (find(vector, "frames").size > 0) {
        peers_multipart(world->peers, span_text("A"), world->now_ms);
        cr_assert_eq(stats_of(world).multipart, 1);
    } else {
        receive(world, vector);
        check_message(vector, &world->frame);
    }
    if (world->reader_limit > 0) {
        note_get(&understood, world);
    }
    for (uint32_t i = 0; i < world->ask_count; i++) {
        note_ask(&understood, world->asks[i], find(vector, "message"));
    }
    compare(vector, "answers", &world->raw);
    compare(vector, "understood", &understood);
    compare_session(world, vector);
    buf_close(&understood);
    world_destroy(world);
}

/* A frame above the limit does not reach this code: ZeroMQ drops it (tests/e2e/test_vectors). */
static bool is_for_the_socket(struct span vector)
{
    struct buf frame;
    buf_open(&frame, 2 * LIMIT_MESSAGE_IN);
    put_frame(&frame, vector);
    bool is_large = frame.size > LIMIT_MESSAGE_IN;
    buf_close(&frame);
    return is_large;
}

Test(peers_vectors, what_comes_in_is_taken_as_the_vectors_say, .init = load, .fini = unload)
{
    uint32_t count = 0;
    uint32_t skipped = 0;
    for (uint32_t i = 0; i < count_of(buf_span(&file)); i++) {
        struct span vector = mp_at(buf_span(&file), i);
        if (!says_so(vector, "to", "coordinator")) {
            continue;
        }
        count++;
        if (is_for_the_socket(vector)) {
            skipped++;
        } else {
            come_in(vector);
        }
    }
    cr_assert_gt(count, 250);
    cr_assert_eq(skipped, 1);
}
