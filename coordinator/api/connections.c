/* connections.c - a list under a lock.
 *
 * A connection is closed from here by shutting its socket down: the library sees its end, as if the
 * client had gone. The list's lock is held meanwhile, and the library says that a connection ends
 * (connections_notify) before it closes the descriptor: so a descriptor in the list is never
 * another's. */
#include "api/connections.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "api/host.h"
#include "base/clock.h"

enum {
    IDLE_MS = 30 * 1000,
    BODY_MS = 60 * 1000, /* for 1 MiB at most */
    READ_MS = 20 * 1000, /* and for each MiB */
    READ_MIB_MS = 30 * 1000,
    JUST_MS = 1000, /* who came or was served so lately makes no room */
    MIB = 1024 * 1024,
    NS_PER_MS = 1000 * 1000,
};

/* The library's context of a socket. */
struct connection {
    int fd;
    struct in6_addr host;
    enum connections_state state;
    int64_t since_ms;
    int64_t until_ms; /* INT64_MAX = for ever */
    struct connection *newer;
    struct connection *older;
};

struct connections {
    int64_t patience_ms;    /* for tests */
    _Atomic uint32_t count; /* handed to the library, and not ended yet */
    pthread_mutex_t lock;   /* of the list */
    struct connection *newest;
};

enum saga_error connections_open(int64_t patience_ms, struct connections **connections)
{
    struct connections *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->patience_ms = patience_ms;
    pthread_mutex_init(&made->lock, NULL);
    *connections = made;
    return SAGA_OK;
}

void connections_close(struct connections **connections)
{
    struct connections *gone = *connections;
    if (gone) {
        PRE(!gone->newest);
        pthread_mutex_destroy(&gone->lock);
        free(gone);
        *connections = NULL;
    }
}

uint32_t connections_count(const struct connections *connections)
{
    return atomic_load(&connections->count);
}

void connections_add(struct connections *connections)
{
    atomic_fetch_add(&connections->count, 1);
}

void connections_drop(struct connections *connections)
{
    CHECK(atomic_fetch_sub(&connections->count, 1) > 0);
}

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / NS_PER_MS;
}

static int64_t patience_ms(const struct connections *connections, enum connections_state state,
                           size_t size)
{
    static const int64_t times[] = {[CONNECTIONS_IDLE] = IDLE_MS,
                                    [CONNECTIONS_BODY] = BODY_MS,
                                    [CONNECTIONS_WORK] = 0,
                                    [CONNECTIONS_READ] = READ_MS};
    int64_t time_ms = times[state];
    if (time_ms > 0 && connections->patience_ms > 0) {
        return connections->patience_ms;
    }
    return time_ms + (int64_t)(size / MIB) * READ_MIB_MS;
}

static void expect(struct connections *connections, struct connection *conn,
                   enum connections_state state, size_t size)
{
    int64_t time_ms = patience_ms(connections, state, size);
    conn->state = state;
    conn->since_ms = now_ms();
    conn->until_ms = time_ms > 0 ? conn->since_ms + time_ms : INT64_MAX;
}

static struct in6_addr client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return host_of(info ? info->client_addr : NULL);
}

static struct connection *conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void connections_expect(struct connections *connections, struct MHD_Connection *connection,
                        enum connections_state state, size_t size)
{
    struct connection *conn = conn_of(connection);
    if (conn) {
        pthread_mutex_lock(&connections->lock);
        expect(connections, conn, state, size);
        pthread_mutex_unlock(&connections->lock);
    }
}

static void enter(struct connections *connections, struct connection *conn)
{
    conn->older = connections->newest;
    if (connections->newest) {
        connections->newest->newer = conn;
    }
    connections->newest = conn;
    expect(connections, conn, CONNECTIONS_IDLE, 0);
}

static void leave(struct connections *connections, struct connection *conn)
{
    if (conn->newer) {
        conn->newer->older = conn->older;
    } else {
        CHECK(connections->newest == conn);
        connections->newest = conn->older;
    }
    if (conn->older) {
        conn->older->newer = conn->newer;
    }
}

void connections_notify(void *arg, struct MHD_Connection *connection, void **context,
                        enum MHD_ConnectionNotificationCode code)
{
    struct connections *connections = arg;
    struct connection *conn = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = conn = calloc(1, sizeof(*conn));
        if (conn) { /* without memory it is not watched */
            conn->fd = info->connect_fd;
            conn->host = client_of(connection);
        }
    }
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_drop(connections);
    }
    pthread_mutex_lock(&connections->lock);
    if (conn && code == MHD_CONNECTION_NOTIFY_STARTED) {
        enter(connections, conn);
    } else if (conn) {
        leave(connections, conn);
        *context = NULL;
        free(conn);
    }
    pthread_mutex_unlock(&connections->lock);
}

void connections_sweep(struct connections *connections)
{
    int64_t at_ms = now_ms();
    pthread_mutex_lock(&connections->lock);
    for (struct connection *conn = connections->newest; conn; conn = conn->older) {
        if (conn->until_ms <= at_ms) {
            MAYBE(shutdown(conn->fd, SHUT_RDWR) == 0);
            conn->until_ms = INT64_MAX;
        }
    }
    pthread_mutex_unlock(&connections->lock);
}

bool connections_make_room(struct connections *connections, const struct sockaddr *client)
{
    struct in6_addr host = host_of(client);
    int64_t at_ms = now_ms();
    struct connection *longest = NULL;
    pthread_mutex_lock(&connections->lock);
    for (struct connection *conn = connections->newest; conn; conn = conn->older) {
        bool is_idle = conn->state == CONNECTIONS_IDLE && conn->until_ms != INT64_MAX;
        bool is_meant = !client || host_is_equal(&conn->host, &host);
        if (is_idle && is_meant && (!longest || conn->since_ms < longest->since_ms)) {
            longest = conn;
        }
    }
    bool found = longest && at_ms - longest->since_ms >= JUST_MS;
    if (found) {
        MAYBE(shutdown(longest->fd, SHUT_RDWR) == 0);
        longest->until_ms = INT64_MAX;
    }
    pthread_mutex_unlock(&connections->lock);
    return found;
}
