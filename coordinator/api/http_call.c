/* http_call.c - a call's memory, its body, its way to the loop and back. */
#include "api/http_call.h"

#include <stdlib.h>
#include <string.h>

#include "jsonschema/jsonschema.h"
#include "store/catalog.h"

enum { SENT_MAX = 64 * HTTP_CALL_BODY_MAX }; /* of a body that nobody reads */

struct http_call *http_call_new(const struct api_options *options, struct quota *quota,
                                struct MHD_Connection *connection)
{
    struct http_call *call = calloc(1, sizeof(*call));
    if (!call) {
        return NULL;
    }
    call->magic = HTTP_CALL_MAGIC;
    call->options = options;
    call->quota = quota;
    call->connection = connection;
    buf_open(&call->body, HTTP_CALL_BODY_MAX);
    response_open(&call->response);
    arena_open(&call->arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    return call;
}

void http_call_free(struct http_call **call)
{
    struct http_call *gone = *call;
    CHECK(gone->magic == HTTP_CALL_MAGIC);
    PRE(atomic_load(&gone->phase) != HTTP_CALL_AWAY);
    gone->magic = 0;
    quota_hold(gone->quota, &gone->held, 0);
    response_close(&gone->response);
    buf_close(&gone->body);
    if (gone->request.kind == REQUEST_DEFINE) {
        catalog_discard(&gone->request.define.prepared);
    }
    arena_close(&gone->arena);
    free(gone);
    *call = NULL;
}

void http_call_weigh(struct http_call *call)
{
    quota_hold(call->quota, &call->held,
               call->body.capacity + call->arena.size + call->response.out.capacity);
}

bool http_call_take(struct http_call *call, const void *data, size_t size, bool keep)
{
    PRE(atomic_load(&call->phase) == HTTP_CALL_BODY);
    call->sent += size;
    call->is_dropped = call->is_dropped || !keep;
    if (!call->is_dropped && !call->is_too_large) {
        buf_write(&call->body, data, size);
        call->is_too_large = buf_failed(&call->body);
    }
    if (call->is_dropped || call->is_too_large) {
        buf_close(&call->body);
    }
    http_call_weigh(call);
    return call->sent <= SENT_MAX;
}

const char *http_call_text(struct http_call *call, struct span text)
{
    char *copy = arena_take(&call->arena, text.size + 1);
    if (copy && text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    return copy;
}

int64_t http_call_host_ms(const struct http_call *call)
{
    return call->options->host_ms(call->options->arg);
}

int64_t http_call_running_ms(const struct http_call *call)
{
    return call->options->running_ms(call->options->arg);
}

/* ---- asleep and awake ---- */

void http_call_sleep(struct http_call *call)
{
    PRE(atomic_load(&call->phase) == HTTP_CALL_BODY);
    atomic_store(&call->phase, HTTP_CALL_AWAY);
    MHD_suspend_connection(call->connection);
}

void http_call_wake(struct http_call *call)
{
    struct MHD_Connection *connection = call->connection;
    PRE(atomic_load(&call->phase) == HTTP_CALL_AWAY);
    atomic_store(&call->phase, HTTP_CALL_READY);
    MHD_resume_connection(connection);
}

/* ---- to the loop and back ---- */

static void note_problems(struct http_call *call, const struct jsonschema_report *problems)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        char pointer[sizeof(problems->problems[i].pointer) + sizeof("/input")];
        snprintf(pointer, sizeof(pointer), "/input%s", problems->problems[i].pointer);
        problem_note(call, pointer, problems->problems[i].detail);
    }
}

/* On the loop's thread. Everything is copied before the call goes on. */
static void answered(struct request *request, const struct answer *answer)
{
    struct http_call *call =
        (struct http_call *)(void *)((uint8_t *)request - offsetof(struct http_call, request));
    bool ok = true;
    CHECK(call->magic == HTTP_CALL_MAGIC);
    call->answer = *answer;
    call->answer.saga = arena_copy(&call->arena, answer->saga, &ok);
    /* Those of other requests are shown from the store. */
    bool is_open = request->kind == REQUEST_OPEN;
    struct span none = {NULL, 0};
    call->answer.output = is_open ? arena_copy(&call->arena, answer->output, &ok) : none;
    call->answer.open.key = is_open ? arena_copy(&call->arena, answer->open.key, &ok) : none;
    call->answer.open.output = is_open ? arena_copy(&call->arena, answer->open.output, &ok) : none;
    if (answer->why) {
        call->answer.why = http_call_text(call, span_text(answer->why));
    }
    if (answer->problems) {
        note_problems(call, answer->problems);
        call->answer.problems = NULL;
    }
    if (!ok) {
        call->answer = (struct answer){.error = SAGA_NO_MEMORY};
    }
    http_call_release(call);
}

void http_call_expect(struct http_call *call, uint32_t answers)
{
    PRE(call->target.route->reply != NULL);
    atomic_fetch_add(&call->open, answers);
    if (call->is_posted) {
        return; /* under a key, which was the first */
    }
    call->is_posted = true;
    buf_close(&call->body); /* what is asked lies in the arena by now */
    http_call_weigh(call);
    if (atomic_load(&call->phase) == HTTP_CALL_BODY) {
        http_call_sleep(call);
    }
}

void http_call_release(struct http_call *call)
{
    uint32_t open = atomic_fetch_sub(&call->open, 1);
    CHECK(open > 0);
    if (open == 1) {
        call->go_on(call);
    }
}

void http_call_post(struct http_call *call)
{
    const struct desk *desk = call->options->desk;
    call->request.answer = answered;
    http_call_expect(call, 1);
    enum saga_error rc = desk->post(&call->request, desk->arg);
    if (rc != SAGA_OK) {
        struct answer answer = {.error = rc};
        answered(&call->request, &answer);
    }
}

/* On the loop's thread: the key is durable, or refused. */
static void keyed(struct request *request, const struct answer *answer)
{
    struct http_call *call =
        (struct http_call *)(void *)((uint8_t *)request - offsetof(struct http_call, key));
    CHECK(call->magic == HTTP_CALL_MAGIC);
    if (answer->error != SAGA_OK) {
        call->answer.error = answer->error;
        call->answer.why = answer->why ? http_call_text(call, span_text(answer->why)) : NULL;
    } else {
        call->is_known_key = answer->duplicate;
        call->post(call);
    }
    http_call_release(call);
}

void http_call_post_under(struct http_call *call, struct span key, const uint8_t digest[],
                          void (*post)(struct http_call *call))
{
    const struct desk *desk = call->options->desk;
    if (key.size == 0) {
        post(call);
        return;
    }
    call->post = post;
    call->key = (struct request){.kind = REQUEST_KEY, .answer = keyed, .key.text = key};
    memcpy(call->key.key.digest, digest, sizeof(call->key.key.digest));
    http_call_expect(call, 1);
    enum saga_error rc = desk->post(&call->key, desk->arg);
    if (rc != SAGA_OK) {
        struct answer answer = {.error = rc};
        keyed(&call->key, &answer);
    }
}

bool http_call_is_answered(struct http_call *call)
{
    if (call->answer.error != SAGA_OK) {
        problem_answer(call, call->answer.error, call->answer.why);
    }
    return call->answer.error == SAGA_OK;
}
