/* api.c - libmicrohttpd: requests in, responses out.
 *
 * One thread of its own (epoll). Who asks is looked at before the first byte of a body is kept:
 * what is refused anyway is read away. Bodies are collected up to a bound before anything reads
 * them; past the bound they are read away and answered 413, and past another one the connection is
 * cut. The connection of a posted call is suspended: it costs memory and nothing else until the
 * loop answers. */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/auth.h"
#include "api/headers.h"
#include "api/http_call.h"
#include "api/listen.h"
#include "api/query.h"
#include "base/log.h"

enum {
    CONNECTIONS_MAX = 10000,
    CONNECTIONS_PER_ADDRESS = 9000,
    CONNECTION_MEMORY = 64 * 1024,
    IDLE_SECONDS = 120,
    FLUSH_MS = 500, /* at the end */
};

struct api {
    struct api_options options; /* strings borrowed for life */
    struct auth *auth;
    struct store_reader *reader; /* the HTTP thread's own */
    struct MHD_Daemon *daemon;
    uint16_t port;
    _Atomic uint32_t calls; /* requests whose response is not sent yet */
};

/* Who asks, for what, is known from the headers. What will be refused is said when all has come,
 * for a client that still sends may not hear before; but nothing of the body is kept. */
static void look(struct api *api, struct http_call *call, const char *method)
{
    const char *length = headers_text(call, "Content-Length");
    routes_find(method, call->path, &call->target);
    call->unknown = auth_identify(api->auth, headers_text(call, "Authorization"),
                                  http_call_now_ms(call), &call->arena, &call->who);
    call->is_too_large = length && strtoull(length, NULL, 10) > HTTP_CALL_BODY_MAX;
    snprintf(call->response.allow, sizeof(call->response.allow), "%s", call->target.allow);
}

static bool is_refused(const struct http_call *call)
{
    const struct route *route = call->target.route;
    return !route || !role_allows(call->who.role, route->role);
}

static void handle(struct http_call *call)
{
    const struct route *route = call->target.route;
    /* Who does not show a token learns nothing, not even which routes there are. */
    if (call->unknown && (!route || route->role != ROLE_NONE)) {
        problem_answer(call, SAGA_UNAUTHENTICATED, call->unknown);
    } else if (!route && call->target.allow[0]) {
        problem_answer_as(call, 405, SAGA_INVALID, "this path does not take this method");
    } else if (!route) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no such path");
    } else if (is_refused(call)) {
        problem_answer(call, SAGA_FORBIDDEN, "this token's role may not do this");
    } else if (call->is_too_large) {
        problem_answer(call, SAGA_TOO_LARGE, "a body has at most 1 MiB");
    } else if (route->role == ROLE_NONE || query_check(call)) {
        route->handle(call);
    }
}

static enum MHD_Result send_response(struct http_call *call)
{
    if (buf_failed(&call->response.out)) {
        problem_answer(call, SAGA_TOO_LARGE, "the answer is larger than may be sent");
    }
    return response_send(&call->response, call->connection);
}

/* All of the request has come, or the call has come back from the loop. */
static enum MHD_Result go_on(struct http_call *call)
{
    switch (atomic_load(&call->phase)) {
    case HTTP_CALL_BODY:
        handle(call);
        /* Posted: the connection sleeps, or has been woken again already. */
        return atomic_load(&call->phase) == HTTP_CALL_BODY ? send_response(call) : MHD_YES;
    case HTTP_CALL_POSTED:
        return MHD_YES;
    case HTTP_CALL_ANSWERED:
        call->target.route->reply(call);
        return send_response(call);
    }
    UNREACHABLE("no such phase");
}

/* ---- the library's callbacks ---- */

static enum MHD_Result begin(struct api *api, struct MHD_Connection *connection, const char *path,
                             const char *method, void **state)
{
    struct http_call *call = http_call_new(&api->options, connection, path);
    *state = call;
    if (!call) {
        return MHD_NO;
    }
    atomic_fetch_add(&api->calls, 1);
    call->reader = api->reader;
    look(api, call, method);
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct http_call *call = *state;
    MAYBE(version != NULL);
    if (!call) {
        return begin(arg, connection, url, method, state);
    }
    if (*size > 0) {
        bool keep = !is_refused(call) && call->target.route->role != ROLE_NONE;
        bool taken = http_call_take(call, data, *size, keep);
        *size = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    return go_on(call);
}

static void on_done(void *arg, struct MHD_Connection *connection, void **state,
                    enum MHD_RequestTerminationCode how)
{
    struct api *api = arg;
    MAYBE(how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    if (*state) {
        CHECK(((struct http_call *)*state)->connection == connection);
        http_call_free((struct http_call **)state);
        atomic_fetch_sub(&api->calls, 1);
    }
}

__attribute__((format(printf, 2, 0))) static void on_log(void *arg, const char *format,
                                                         va_list arguments)
{
    char text[256];
    MAYBE(arg != NULL);
    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_DEBUG, "http", "what", text, NULL);
}

/* ---- opening and closing ---- */

static enum saga_error start_daemon(struct api *api, char *why, size_t why_size)
{
    const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                               MHD_USE_TURBO | MHD_USE_ERROR_LOG;
    int fd = listen_open(api->options.listen, &api->port, why, why_size);
    if (fd < 0) {
        return SAGA_CONFLICT;
    }
    api->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, api, MHD_OPTION_EXTERNAL_LOGGER, on_log,
                         NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_done,
                         api, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
                         MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_PER_ADDRESS,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_SECONDS, MHD_OPTION_END);
    if (!api->daemon) {
        close(fd);
        snprintf(why, why_size, "cannot start the HTTP thread");
        return SAGA_NO_MEMORY;
    }
    return SAGA_OK;
}

enum saga_error api_open(const struct api_options *options, struct api **api, char *why,
                         size_t why_size)
{
    struct api *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->options = *options;
    enum saga_error rc =
        auth_open(options->token_path, options->tokens_path, &made->auth, why, why_size);
    if (rc != SAGA_OK) {
        goto err;
    }
    rc = options->store->ops->reader_open(options->store, &made->reader);
    if (rc != SAGA_OK) {
        goto err;
    }
    rc = start_daemon(made, why, why_size);
    if (rc != SAGA_OK) {
        goto err;
    }
    *api = made;
    return SAGA_OK;

err:
    api_close(&made);
    POST(rc != SAGA_OK);
    return rc;
}

/* No new connections; who has been answered just now still gets the answer, unless reading it takes
 * long. The socket that listened comes back to us, and is closed once the thread that may still
 * look at it has ended. */
static void stop_daemon(struct api *api)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    MHD_socket fd = MHD_quiesce_daemon(api->daemon);
    for (uint32_t i = 0; i < FLUSH_MS && atomic_load(&api->calls) > 0; i++) {
        MAYBE(nanosleep(&moment, NULL) == 0);
    }
    MHD_stop_daemon(api->daemon);
    if (fd != MHD_INVALID_SOCKET) {
        close(fd);
    }
}

enum saga_error api_reload(struct api *api, char *why, size_t why_size)
{
    return auth_read(api->auth, why, why_size);
}

void api_close(struct api **api)
{
    struct api *gone = *api;
    if (!gone) {
        return;
    }
    if (gone->daemon) {
        stop_daemon(gone);
    }
    if (gone->reader) {
        gone->reader->ops->close(&gone->reader);
    }
    auth_close(&gone->auth);
    free(gone);
    *api = NULL;
}

uint16_t api_port(const struct api *api)
{
    return api->port;
}
