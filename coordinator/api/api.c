/* api.c - the HTTP side of sagad, put together: the library, its callbacks, the threads around it.
 *
 *     gate       accepts connections, watches them
 *     library    one thread (epoll) that reads requests and sends responses; what it hears goes to
 *                handle.c
 *     readers    threads for what looks into the store */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/handle.h"
#include "api/listen.h"
#include "base/descriptors.h"
#include "base/log.h"

enum {
    CONNECTIONS_MAX = 10000,
    CONNECTION_MEMORY = 64 * 1024,
    READS = 4,      /* threads for those who look */
    REPLIES = 2,    /* for those who have changed something */
    FLUSH_MS = 500, /* at the end */
};
#define HELD_MAX                                                                                   \
    ((size_t)256 * 1024 * 1024) /* bytes of bodies and of answers that nobody reads                \
                                 */

struct api {
    struct api_options options; /* strings borrowed for life */
    struct quota quota;
    struct handling handling; /* owns what it points to */
    struct MHD_Daemon *daemon;
    uint16_t port;
};

/* ---- the library's callbacks ---- */

/* The library takes the line apart after this, where it stands: the bytes are not const. */
static void *on_line(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct api *api = arg;
    return handle_line(&api->handling, connection, (char *)(uintptr_t)uri);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct http_call *call = *state;
    MAYBE(arg != NULL && version != NULL);
    if (!call) {
        return MHD_NO; /* there was no memory for it */
    }
    CHECK(call->connection == connection);
    if (atomic_load(&call->phase) == HTTP_CALL_HEAD) {
        return handle_head(call, method, url);
    }
    if (*size > 0) {
        enum MHD_Result taken = handle_body(call, data, *size);
        *size = 0;
        return taken;
    }
    return handle_rest(call);
}

static void on_done(void *arg, struct MHD_Connection *connection, void **state,
                    enum MHD_RequestTerminationCode how)
{
    struct api *api = arg;
    MAYBE(how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    if (*state) {
        CHECK(((struct http_call *)*state)->connection == connection);
        handle_end(&api->handling, (struct http_call **)state);
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

/* About every second, on the gate's thread. */
static void on_second(void *arg)
{
    struct api *api = arg;
    refusals_say(api->handling.refusals, api->options.running_ms(api->options.arg));
}

/* ---- opening and closing ---- */

static enum saga_error open_gate(struct api *api, char *why, size_t why_size)
{
    struct gate_options gate = {.max = descriptors_share(CONNECTIONS_MAX),
                                .connections = api->handling.connections};
    gate.fd = listen_open(api->options.listen, &api->port, why, why_size);
    return gate.fd < 0 ? SAGA_CONFLICT : gate_open(&gate, &api->handling.gate);
}

static enum saga_error start_daemon(struct api *api)
{
    const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                               MHD_USE_TURBO | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET |
                               MHD_USE_ITC;
    uint32_t max = descriptors_share(CONNECTIONS_MAX);
    api->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, api, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, on_line, api, MHD_OPTION_NOTIFY_COMPLETED, on_done, api,
        MHD_OPTION_NOTIFY_CONNECTION, connections_notify, api->handling.connections,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)max + 1, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned int)(max - max / 10), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
    return api->daemon ? gate_start(api->handling.gate, api->daemon) : SAGA_NO_MEMORY;
}

static enum saga_error open_parts(struct api *api, char *why, size_t why_size)
{
    struct handling *handling = &api->handling;
    struct store *store = api->options.store;
    enum saga_error rc = auth_open(api->options.token_path, api->options.tokens_path,
                                   &handling->auth, why, why_size);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = refusals_open(&handling->refusals);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = readers_open(store, READS, READERS_LAST, &handling->reads);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = readers_open(store, REPLIES, READERS_FIRST, &handling->replies);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = connections_open(api->options.patience_ms, &handling->connections);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = open_gate(api, why, why_size);
    if (rc != SAGA_OK) {
        return rc;
    }
    gate_every_second(handling->gate, on_second, api);
    return start_daemon(api);
}

enum saga_error api_open(const struct api_options *options, struct api **api, char *why,
                         size_t why_size)
{
    struct api *made = calloc(1, sizeof(*made));
    snprintf(why, why_size, "there is no memory, or no thread");
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->options = *options;
    made->quota.max = options->held_max > 0 ? (size_t)options->held_max : HELD_MAX;
    made->handling.options = &made->options;
    made->handling.quota = &made->quota;
    enum saga_error rc = open_parts(made, why, why_size);
    if (rc != SAGA_OK) {
        api_close(&made);
    }
    *api = made;
    return rc;
}

/* No new connections; who has been answered just now still gets the answer, unless reading it takes
 * long. Calls that sleep are woken before the library stops: the loop has answered them all. */
static void stop_daemon(struct api *api)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    gate_shut(api->handling.gate);
    for (uint32_t i = 0; i < FLUSH_MS && atomic_load(&api->handling.calls) > 0; i++) {
        MAYBE(nanosleep(&moment, NULL) == 0);
    }
    readers_shut(api->handling.reads);
    readers_shut(api->handling.replies);
    MHD_stop_daemon(api->daemon);
}

enum saga_error api_reload(struct api *api, char *why, size_t why_size)
{
    return auth_read(api->handling.auth, why, why_size);
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
    gate_close(&gone->handling.gate);
    connections_close(&gone->handling.connections);
    readers_close(&gone->handling.reads);
    readers_close(&gone->handling.replies);
    refusals_close(&gone->handling.refusals);
    auth_close(&gone->handling.auth);
    POST(atomic_load(&gone->handling.calls) == 0);
    POST(atomic_load(&gone->quota.used) == 0);
    free(gone);
    *api = NULL;
}

uint16_t api_port(const struct api *api)
{
    return api->port;
}
