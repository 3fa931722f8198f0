/* handle.c - refused, or handled where its route says, and answered.
 *
 *     refused                    the problem is sent at once; without a good token a little later
 *     HERE                       handled on the HTTP thread: what takes no time
 *     READS                      handled by readers that give way to everybody else
 *     ASKS                       posted to the loop, then as READS
 *     WRITES, of a small body    handled on the HTTP thread, posted to the loop, and its reply by
 *                                readers of their own, so that no look delays it
 *     WRITES, of a large body    the same, but that body is read by those readers too */
#include "api/handle.h"

#include <stdlib.h>
#include <string.h>

#include "api/headers.h"
#include "api/query.h"

enum { ARGUMENTS_MAX = 256, SMALL_BODY = 32 * 1024 };

static struct handling *handling_of(const struct http_call *call)
{
    return call->of;
}

/* ---- the response ---- */

/* The response is written: what it was made of is given back. */
static void seal(struct http_call *call)
{
    if (buf_failed(&call->response.out)) {
        problem_answer(call, SAGA_TOO_LARGE, "the answer is larger than may be sent");
    }
    arena_close(&call->arena);
    buf_close(&call->body);
    http_call_weigh(call);
}

static enum MHD_Result send_response(struct http_call *call)
{
    seal(call);
    connections_expect(handling_of(call)->connections, call->connection, CONNECTIONS_READ,
                       call->response.out.size);
    return response_send(&call->response, call->connection);
}

/* ---- by readers ---- */

static struct http_call *call_of(struct readers_job *job)
{
    struct http_call *call =
        (struct http_call *)(void *)((uint8_t *)job - offsetof(struct http_call, job));
    CHECK(call->magic == HTTP_CALL_MAGIC);
    return call;
}

static void wake(struct http_call *call)
{
    seal(call);
    http_call_wake(call);
}

static void run_reply(struct readers_job *job, struct store_reader *reader)
{
    struct http_call *call = call_of(job);
    call->reader = reader;
    /* What was done is done, and has to be said; but it can be said in few words. */
    call->is_short = quota_is_over(call->quota);
    call->target.route->reply(call);
    wake(call);
}

static void run_handle(struct readers_job *job, struct store_reader *reader)
{
    struct http_call *call = call_of(job);
    call->reader = reader;
    if (quota_is_over(call->quota)) {
        problem_answer(call, SAGA_OVERLOADED, "too many answers are waiting to be read");
    } else {
        call->target.route->handle(call);
    }
    http_call_release(call);
}

/* Gives the call, which sleeps, to readers. */
static void give(struct http_call *call, struct readers *readers,
                 void (*run)(struct readers_job *, struct store_reader *))
{
    call->job.run = run;
    if (!readers_run(readers, &call->job)) {
        problem_answer(call, SAGA_UNAVAILABLE, NULL);
        wake(call);
    }
}

/* Nothing is open any more of a call that sleeps: on any thread. */
static void go_on(struct http_call *call)
{
    if (call->is_posted) {
        const struct handling *of = handling_of(call);
        bool is_long = call->target.route->lane == ROUTE_ASKS;
        give(call, is_long ? of->reads : of->replies, run_reply);
    } else {
        wake(call);
    }
}

/* ---- handling ---- */

/* With what body, and to which readers, if not here. */
static struct readers *readers_for(const struct http_call *call)
{
    const struct handling *of = handling_of(call);
    switch (call->target.route->lane) {
    case ROUTE_HERE:
    case ROUTE_ASKS:
        return NULL;
    case ROUTE_READS:
        return of->reads;
    case ROUTE_WRITES:
        return call->body.size > SMALL_BODY ? of->replies : NULL;
    }
    UNREACHABLE("no such lane");
}

static enum MHD_Result handle(struct http_call *call)
{
    struct readers *readers = readers_for(call);
    call->go_on = go_on;
    atomic_store(&call->open, 1);
    if (readers) {
        http_call_sleep(call);
        give(call, readers, run_handle);
        return MHD_YES;
    }
    call->target.route->handle(call);
    /* Posted, the call sleeps, and goes on when it is answered; it may be gone by then. */
    if (call->is_posted) {
        http_call_release(call);
        return MHD_YES;
    }
    return send_response(call);
}

/* ---- refusing ---- */

static bool is_refused(const struct http_call *call)
{
    const struct route *route = call->target.route;
    return !route || !role_allows(call->who.role, route->role);
}

struct later {
    struct gate_task task;
    struct http_call *call;
};

static void wake_later(struct gate_task *task)
{
    struct later *later = (struct later *)task;
    struct http_call *call = later->call;
    free(later);
    http_call_wake(call);
}

/* Whoever shows no good token is answered ever later. */
static enum MHD_Result send_later(struct http_call *call)
{
    struct handling *of = handling_of(call);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    int64_t delay_ms =
        refusals_add(of->refusals, info ? info->client_addr : NULL, http_call_running_ms(call));
    struct later *later = delay_ms > 0 ? calloc(1, sizeof(*later)) : NULL;
    if (!later) {
        return send_response(call);
    }
    later->task.run = wake_later;
    later->call = call;
    http_call_sleep(call);
    gate_postpone(of->gate, &later->task, delay_ms);
    return MHD_YES;
}

/* Is there a reason not to handle it? Then the response says so. */
static bool refuse(struct http_call *call)
{
    const struct route *route = call->target.route;
    if (!route && call->target.allow[0]) {
        problem_answer_as(call, 405, SAGA_INVALID, "this path does not take this method");
    } else if (!route) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no such path");
    } else if (is_refused(call)) {
        problem_answer(call, SAGA_FORBIDDEN, "this token's role may not do this");
    } else if (call->is_too_large) {
        problem_answer(call, SAGA_TOO_LARGE, "a body has at most 1 MiB");
    } else if (route->role == ROLE_NONE) {
        return false; /* how it lives is said to everybody, always */
    } else if (call->has_too_many_arguments) {
        problem_answer(call, SAGA_INVALID, "there are more than 256 arguments");
    } else if (call->is_dropped || quota_is_over(call->quota)) {
        problem_answer(call, SAGA_OVERLOADED, "too many answers are waiting to be read");
    } else {
        return !query_check(call);
    }
    return true;
}

/* ---- as the library hears of it ---- */

struct http_call *handle_line(struct handling *of, struct MHD_Connection *connection, char *uri)
{
    struct http_call *call = http_call_new(of->options, of->quota, connection);
    uint32_t count = 0;
    if (!call) {
        return NULL;
    }
    call->of = of;
    atomic_fetch_add(&of->calls, 1);
    char *query = uri ? strchr(uri, '?') : NULL;
    for (const char *at = query; at; at = strchr(at + 1, '&')) {
        count++;
    }
    if (count > ARGUMENTS_MAX) {
        call->has_too_many_arguments = true;
        query[1] = '\0';
    }
    return call;
}

enum MHD_Result handle_head(struct http_call *call, const char *method, const char *path)
{
    struct handling *of = handling_of(call);
    const char *length = headers_text(call, "Content-Length");
    /* A part of a path is another path: one that is too long is none. */
    snprintf(call->path, sizeof(call->path), "%s", strlen(path) < sizeof(call->path) ? path : "");
    atomic_store(&call->phase, HTTP_CALL_BODY);
    routes_find(method, call->path, &call->target);
    snprintf(call->response.allow, sizeof(call->response.allow), "%s", call->target.allow);
    call->unknown = auth_identify(of->auth, headers_text(call, "Authorization"),
                                  http_call_host_ms(call), &call->arena, &call->who);
    call->is_too_large = length && strtoull(length, NULL, 10) > HTTP_CALL_BODY_MAX;
    connections_expect(of->connections, call->connection, CONNECTIONS_BODY, 0);
    /* Where it ends is not sure: nothing that follows on the connection can be believed. The
     * library closes it, for the response comes before the body. */
    const char *wrong = headers_misframed(call);
    if (wrong) {
        problem_answer(call, SAGA_BAD_MESSAGE, wrong);
        return send_response(call);
    }
    return MHD_YES;
}

enum MHD_Result handle_body(struct http_call *call, const char *data, size_t size)
{
    bool keep =
        !is_refused(call) && call->target.route->role != ROLE_NONE && !quota_is_over(call->quota);
    return http_call_take(call, data, size, keep) ? MHD_YES : MHD_NO;
}

/* What will be refused is said when all has come, for a client that still sends may not hear
 * before. */
static enum MHD_Result handle_whole(struct http_call *call)
{
    const struct route *route = call->target.route;
    connections_expect(handling_of(call)->connections, call->connection, CONNECTIONS_WORK, 0);
    /* Who does not show a token learns nothing, not even which routes there are. */
    if (call->unknown && (!route || route->role != ROLE_NONE)) {
        problem_answer(call, SAGA_UNAUTHENTICATED, call->unknown);
        return send_later(call);
    }
    return refuse(call) ? send_response(call) : handle(call);
}

enum MHD_Result handle_rest(struct http_call *call)
{
    switch (atomic_load(&call->phase)) {
    case HTTP_CALL_BODY:
        return handle_whole(call);
    case HTTP_CALL_AWAY:
        return MHD_YES;
    case HTTP_CALL_READY:
        return send_response(call);
    case HTTP_CALL_HEAD:
        break;
    }
    UNREACHABLE("a request without a head");
}

void handle_end(struct handling *of, struct http_call **call)
{
    connections_expect(of->connections, (*call)->connection, CONNECTIONS_IDLE, 0);
    http_call_free(call);
    atomic_fetch_sub(&of->calls, 1);
}
