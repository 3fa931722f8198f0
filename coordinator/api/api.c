/* api.c - libmicrohttpd: requests in, answers out.
 *
 * One thread of its own (epoll). Who asks is looked at before the first byte of a body is kept:
 * what is refused anyway is read away. Bodies are collected up to a bound before anything reads
 * them; past it they are read away and answered 413, and past another the connection is cut. A
 * posted call's connection is suspended: it costs memory and nothing else until the loop answers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "api/http.h"
#include "jsonschema/jsonschema.h"
#include "base/digest.h"
#include "base/log.h"

enum {
    CONNECTIONS_MAX = 10000,
    CONNECTIONS_PER_ADDRESS = 9000,
    CONNECTION_MEMORY = 64 * 1024,
    IDLE_SECONDS = 120,
    OUT_MAX = 64 * 1024 * 1024,
    WAIT_MS_MAX = 60 * 60 * 1000,
    KEY_MAX = 255,
    FLUSH_MS = 500,           /* at the end */
    SENT_MAX = 64 * BODY_MAX, /* of a body that nobody reads */
};

/* ---- what handlers ask of a call ---- */

const char *header_text(const struct http_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

const char *query_text(const struct http_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_call_text(struct http_call *call, struct span text)
{
    char *copy = arena_take(&call->arena, text.size + 1);
    if (copy && text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    return copy;
}

/* Is the name one of the words? */
static bool is_among(const char *name, const char *words)
{
    size_t size = strlen(name);
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, name, size) == 0) {
            return true;
        }
        at += length;
    }
    return false;
}

static enum MHD_Result check_argument(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct http_call *call = arg;
    (void)kind;
    (void)value;
    bool is_empty = name[0] == '\0'; /* "?a=1&" */
    if (!is_empty && !is_among(name, call->route->query)) {
        char pointer[128];
        char detail[128];
        snprintf(pointer, sizeof(pointer), "?%s", name);
        snprintf(detail, sizeof(detail), "is not an argument of this path; it takes %s",
                 call->route->query[0] ? call->route->query : "none");
        problem_note(call, pointer, detail);
    }
    return MHD_YES;
}

bool query_check(struct http_call *call)
{
    MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, check_argument, call);
    return problem_pass(call);
}

/* The value of a preference (RFC 7240: "a=1; x, wait=20"), or NULL. Names know no case. */
static const char *preference(const char *prefer, const char *name)
{
    size_t size = strlen(name);
    while (prefer && *prefer) {
        prefer += strspn(prefer, " \t,");
        if (strncasecmp(prefer, name, size) == 0) {
            const char *at = prefer + size;
            at += strspn(at, " \t");
            if (*at == '=') {
                at += 1 + strspn(at + 1, " \t\"");
                return at;
            }
        }
        prefer += strcspn(prefer, ",");
    }
    return NULL;
}

int64_t header_wait_ms(const struct http_call *call)
{
    const char *wait = preference(header_text(call, "Prefer"), "wait");
    double seconds = wait ? strtod(wait, NULL) : 0;
    if (!(seconds > 0)) {
        return 0;
    }
    return seconds > WAIT_MS_MAX / 1000 ? WAIT_MS_MAX : (int64_t)(seconds * 1000);
}

bool header_once(struct http_call *call, struct span *key, uint8_t digest[32])
{
    const char *given = header_text(call, "Idempotency-Key");
    *key = (struct span){NULL, 0};
    if (!given) {
        return true;
    }
    struct span text = span_text(given);
    /* The draft standard quotes it, live APIs do not: one pair of quotes is taken off. */
    if (text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"') {
        text = span_of(text.data + 1, text.size - 2);
    }
    /* Each person's keys are their own. */
    size_t scope = 1 + call->who.name.size + 1;
    uint8_t *bytes = arena_take(&call->arena, scope + text.size);
    if (text.size == 0 || text.size > KEY_MAX || !bytes) {
        problem_answer(call, SAGA_INVALID, "an Idempotency-Key has 1 to 255 bytes");
        return false;
    }
    bytes[0] = 0x01;
    memcpy(bytes + 1, call->who.name.data, call->who.name.size);
    bytes[scope - 1] = '/';
    memcpy(bytes + scope, text.data, text.size);
    *key = span_of(bytes, scope + text.size);
    uint8_t path[DIGEST_SIZE];
    digest_pair(span_text(call->route->method), span_text(call->path), path);
    digest_pair(span_of(path, sizeof(path)), buf_span(&call->body), digest);
    return true;
}

/* ---- posting ---- */

static void keep_problems(struct http_call *call, const struct jsonschema_report *problems)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        char pointer[sizeof(problems->problems[i].pointer) + sizeof("/input")];
        snprintf(pointer, sizeof(pointer), "/input%s", problems->problems[i].pointer);
        problem_note(call, pointer, problems->problems[i].detail);
    }
}

/* On the loop's thread. Everything is copied before the connection wakes. */
static void answered(struct request *request, const struct answer *answer)
{
    struct http_call *call =
        (struct http_call *)(void *)((uint8_t *)request - offsetof(struct http_call, request));
    bool ok = true;
    CHECK(call->magic == HTTP_CALL_MAGIC);
    call->answer = *answer;
    call->answer.saga = arena_copy(&call->arena, answer->saga, &ok);
    call->answer.output = (struct span){NULL, 0}; /* shown from the store */
    if (answer->why) {
        call->answer.why = http_call_text(call, span_text(answer->why));
    }
    if (answer->problems) {
        keep_problems(call, answer->problems);
        call->answer.problems = NULL;
    }
    if (!ok) {
        call->answer = (struct answer){.error = SAGA_NO_MEMORY};
    }
    http_call_resume(call);
}

void http_call_suspend(struct http_call *call)
{
    atomic_store(&call->phase, PHASE_POSTED);
    MHD_suspend_connection(call->connection);
}

void http_call_resume(struct http_call *call)
{
    atomic_store(&call->phase, PHASE_ANSWERED);
    MHD_resume_connection(call->connection);
}

void http_call_post(struct http_call *call)
{
    call->request.answer = answered;
    http_call_suspend(call);
    const struct desk *desk = call->api->options.desk;
    enum saga_error rc = desk->post(&call->request, desk->arg);
    if (rc != SAGA_OK) {
        struct answer answer = {.error = rc};
        answered(&call->request, &answer);
    }
}

/* ---- answering ---- */

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value && value[0]) {
        MHD_add_response_header(response, name, value);
    }
}

static enum MHD_Result send_answer(struct http_call *call)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(call->out.size, call->out.data, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    add(response, "Content-Type", call->type);
    add(response, "ETag", call->etag);
    add(response, "Location", call->location);
    add(response, "Allow", call->status == 405 ? call->allow : NULL);
    add(response, "Cache-Control", "no-store");
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "WWW-Authenticate", call->status == 401 ? "Bearer" : NULL);
    add(response, "Retry-After", call->status == 429 || call->status == 503 ? "1" : NULL);
    enum MHD_Result queued =
        MHD_queue_response(call->connection, (unsigned int)call->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* Who asks, for what, is known from the headers. What will be refused is said when all has come,
 * for a client that still sends may not hear before; but nothing of it is kept. */
static void look(struct http_call *call, const char *method)
{
    const char *length = header_text(call, "Content-Length");
    call->route = routes_find(call, method, call->path);
    call->unknown = auth_identify(call);
    call->is_too_large = length && strtoull(length, NULL, 10) > BODY_MAX;
}

static bool is_refused(const struct http_call *call)
{
    return !call->route || !role_allows(call->who.role, call->route->role);
}

static void handle(struct http_call *call)
{
    const struct route *route = call->route;
    /* Who does not show a token learns nothing, not even which routes there are. */
    if (call->unknown && (!route || route->role != ROLE_NONE)) {
        problem_answer(call, SAGA_UNAUTHENTICATED, call->unknown);
    } else if (!route && call->allow[0]) {
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

/* A part of the body. MHD_NO cuts the connection: it sends, and sends. */
static enum MHD_Result take(struct http_call *call, const char *data, size_t size)
{
    call->sent += size;
    bool keeps = !call->is_too_large && !is_refused(call) && call->route->role != ROLE_NONE;
    if (keeps) {
        buf_write(&call->body, data, size);
        call->is_too_large = buf_failed(&call->body);
    }
    if (call->is_too_large) {
        buf_close(&call->body);
    }
    return call->sent > SENT_MAX ? MHD_NO : MHD_YES;
}

static struct http_call *new_call(struct api *api, struct MHD_Connection *connection,
                                  const char *path)
{
    struct http_call *call = calloc(1, sizeof(*call));
    if (!call) {
        return NULL;
    }
    atomic_fetch_add(&api->calls, 1);
    call->magic = HTTP_CALL_MAGIC;
    call->api = api;
    call->connection = connection;
    call->status = 500;
    call->type = "text/plain";
    snprintf(call->path, sizeof(call->path), "%s", path);
    buf_open(&call->body, BODY_MAX);
    buf_open(&call->out, OUT_MAX);
    form_open(&call->form, &call->out, FORM_JSON);
    arena_open(&call->arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    return call;
}

static void free_call(struct http_call *call)
{
    CHECK(call->magic == HTTP_CALL_MAGIC);
    call->magic = 0;
    atomic_fetch_sub(&call->api->calls, 1);
    form_close(&call->form);
    buf_close(&call->body);
    buf_close(&call->out);
    arena_close(&call->arena);
    free(call);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct http_call *call = *state;
    (void)version;
    if (!call) {
        *state = call = new_call(arg, connection, url);
        if (call) {
            look(call, method);
        }
        return call ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        enum MHD_Result taken = take(call, data, *size);
        *size = 0;
        return taken;
    }
    switch (atomic_load(&call->phase)) {
    case PHASE_BODY:
        handle(call);
        /* Posted: the connection sleeps, or has been woken again already. */
        return atomic_load(&call->phase) == PHASE_BODY ? send_answer(call) : MHD_YES;
    case PHASE_POSTED:
        return MHD_YES;
    case PHASE_ANSWERED:
        call->route->reply(call);
        return send_answer(call);
    }
    return MHD_NO;
}

static void on_done(void *arg, struct MHD_Connection *connection, void **state,
                    enum MHD_RequestTerminationCode how)
{
    (void)arg;
    (void)connection;
    (void)how;
    if (*state) {
        free_call(*state);
        *state = NULL;
    }
}

__attribute__((format(printf, 2, 0))) static void on_log(void *arg, const char *format,
                                                         va_list arguments)
{
    char text[256];
    (void)arg;
    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_DEBUG, "http", "what", text, NULL);
}

/* ---- opening ---- */

static bool parse_listen(const char *listen, struct sockaddr_storage *address, socklen_t *size,
                         char *why, size_t why_size)
{
    char host[256];
    const char *colon = strrchr(listen, ':');
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    if (!colon || (size_t)(colon - listen) >= sizeof(host)) {
        snprintf(why, why_size, "%s is not ADDRESS:PORT", listen);
        return false;
    }
    snprintf(host, sizeof(host), "%.*s", (int)(colon - listen), listen);
    size_t length = strlen(host);
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        memmove(host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
    int rc = getaddrinfo(host, colon + 1, &hints, &found);
    if (rc != 0) {
        snprintf(why, why_size, "%s: %s", listen, gai_strerror(rc));
        return false;
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

/* A socket of our own, so that an address that is taken can be told from other troubles. */
static int open_socket(const char *listen_on, char *why, size_t why_size, uint16_t *port)
{
    struct sockaddr_storage address = {0};
    socklen_t size = 0;
    int one = 1;
    if (!parse_listen(listen_on, &address, &size, why, why_size)) {
        return -1;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(fd, (const struct sockaddr *)&address, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        snprintf(why, why_size, "cannot listen on %s: %s", listen_on, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    *port = address.ss_family == AF_INET6
                ? ntohs(((const struct sockaddr_in6 *)(const void *)&address)->sin6_port)
                : ntohs(((const struct sockaddr_in *)(const void *)&address)->sin_port);
    return fd;
}

enum saga_error api_open(const struct api_options *options, struct api **api, char *why,
                         size_t why_size)
{
    struct api *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->options = *options;
    pthread_mutex_init(&made->auth_lock, NULL);
    enum saga_error rc = auth_read(made, why, why_size);
    if (rc == SAGA_OK) {
        rc = options->store->ops->reader_open(options->store, &made->reader);
    }
    int fd = rc == SAGA_OK ? open_socket(options->listen, why, why_size, &made->port) : -1;
    if (rc == SAGA_OK && fd < 0) {
        rc = SAGA_CONFLICT;
    }
    if (rc == SAGA_OK) {
        unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                             MHD_USE_TURBO | MHD_USE_ERROR_LOG;
        made->daemon = MHD_start_daemon(
            flags, 0, NULL, NULL, on_request, made, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
            MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_PER_ADDRESS,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_SECONDS, MHD_OPTION_END);
        rc = made->daemon ? SAGA_OK : SAGA_NO_MEMORY;
        if (rc != SAGA_OK) {
            close(fd);
            snprintf(why, why_size, "cannot start the HTTP thread");
        }
    }
    if (rc != SAGA_OK) {
        api_close(&made);
        return rc;
    }
    *api = made;
    return SAGA_OK;
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
    return auth_read(api, why, why_size);
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
    tokens_close(&gone->tokens);
    pthread_mutex_destroy(&gone->auth_lock);
    free(gone);
    *api = NULL;
}

uint16_t api_port(const struct api *api)
{
    return api->port;
}
