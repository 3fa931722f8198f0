/* router.c - one ROUTER socket: frames in, frames out, never blocking in a send.
 *
 * The routing ids are ZeroMQ's own: ids that peers set, and handing them over, lose messages and
 * leak descriptors. ROUTER_MANDATORY makes a send to a gone connection an error. The pipes are
 * wider than any window, so that flow is held back by windows and not by full pipes. A message of
 * more than one frame is read to its end and dropped: the size limit holds for a frame only. */
#include "peers/router.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/limits.h"
#include "peers/port.h"

enum {
    ROUTER_MAGIC = 0x726f7574,
    HANDSHAKE_MS = 5000,
    BEAT_MS = 2000, /* ZMTP's own heartbeats: they find connections that are dead */
    BEAT_TIMEOUT_MS = 6000,
    /* Messages that ZeroMQ keeps for one peer: room for a task and a `done` for each slot of a
     * window. */
    PIPE_OUT = 2 * LIMIT_WINDOW,
    /* Messages of one peer that ZeroMQ keeps unread; beyond that TCP holds the peer back, and
     * nothing is lost. */
    PIPE_IN = 8192,
    DESCRIPTOR_MAX = 16,
    ENDPOINT_SIZE = 256,
    /* Messages that are read before they are handled; few, for each may be large. */
    ARRIVAL_MAX = 16,
};

struct router {
    uint32_t magic;
    void *context;
    void *socket;
    struct port *port;
    char endpoint[ENDPOINT_SIZE]; /* the address at which the socket listens, with its real port */
};

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0;
}

static bool set_options(void *socket, uint32_t message_max, const char *endpoint)
{
    static const struct {
        int option;
        int value;
    } settings[] = {
        {ZMQ_ROUTER_MANDATORY, 1},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
        {ZMQ_HEARTBEAT_IVL, BEAT_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, BEAT_TIMEOUT_MS},
        {ZMQ_HEARTBEAT_TTL, BEAT_TIMEOUT_MS},
        {ZMQ_LINGER, 0},
        {ZMQ_SNDHWM, PIPE_OUT},
        {ZMQ_RCVHWM, PIPE_IN},
        {ZMQ_TCP_KEEPALIVE, 1},
    };
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (!set_int(socket, settings[i].option, settings[i].value)) {
            return false;
        }
    }
    int64_t size_max = message_max;
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size_max, sizeof(size_max)) != 0) {
        return false;
    }
    bool is_ipv6 = strchr(endpoint, '[') != NULL;
    return set_int(socket, ZMQ_IPV6, is_ipv6);
}

static enum saga_error error_of(int number)
{
    switch (number) {
    case EADDRINUSE:
        return SAGA_CONFLICT;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return SAGA_NO_MEMORY;
    default:
        return SAGA_INVALID;
    }
}

enum saga_error router_open(const char *endpoint, uint32_t message_max, struct router **router,
                            char *why, size_t why_size)
{
    PRE(why_size > 0);
    enum saga_error rc = SAGA_NO_MEMORY;
    struct router *made = calloc(1, sizeof(*made));
    if (!made) {
        goto err;
    }
    made->magic = ROUTER_MAGIC;

    made->context = zmq_ctx_new();
    if (!made->context) {
        goto err_after_new;
    }

    made->socket = zmq_socket(made->context, ZMQ_ROUTER);
    if (!made->socket) {
        goto err_after_context;
    }
    if (!set_options(made->socket, message_max, endpoint)) {
        snprintf(why, why_size, "cannot listen on %s: %s", endpoint, zmq_strerror(errno));
        rc = SAGA_INTERNAL;
        goto err_after_socket;
    }
    rc = port_open(made->context, made->socket, &made->port);
    if (rc != SAGA_OK) {
        goto err_after_socket;
    }
    if (zmq_bind(made->socket, endpoint) != 0) {
        rc = error_of(errno);
        goto err_after_port;
    }
    size_t size = sizeof(made->endpoint);
    if (zmq_getsockopt(made->socket, ZMQ_LAST_ENDPOINT, made->endpoint, &size) != 0) {
        rc = SAGA_INTERNAL;
        goto err_after_port;
    }
    *router = made;
    return SAGA_OK;

err_after_port:
    snprintf(why, why_size, "cannot listen on %s: %s", endpoint, zmq_strerror(errno));
    port_close(&made->port);
err_after_socket:
    zmq_close(made->socket);
err_after_context:
    zmq_ctx_term(made->context);
err_after_new:
    free(made);
err:
    CHECK(rc != SAGA_OK);
    if (rc == SAGA_NO_MEMORY) {
        snprintf(why, why_size, "cannot listen on %s: out of memory or descriptors", endpoint);
    }
    return rc;
}

void router_close(struct router **router)
{
    struct router *gone = *router;
    *router = NULL;
    if (!gone) {
        return;
    }
    CHECK(gone->magic == ROUTER_MAGIC);
    gone->magic = 0;
    port_close(&gone->port);
    zmq_close(gone->socket);
    while (zmq_ctx_term(gone->context) != 0 && errno == EINTR) {
        continue;
    }
    free(gone);
}

const char *router_endpoint(const struct router *router)
{
    return router->endpoint;
}

/* ---- out ---- */

static int send_part(void *socket, struct span bytes, int flags)
{
    int rc;
    do {
        rc = zmq_send(socket, bytes.data, bytes.size, flags | ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    return rc;
}

/* Sends a routing id and a frame as one message of two parts. ZeroMQ refuses a message at its first
 * part or takes all of it, so only the first send can say that the pipe is full or the peer
 * gone. */
static enum saga_error send_frame(struct span connection, struct span frame, void *arg)
{
    const struct router *router = arg;
    CHECK(router->magic == ROUTER_MAGIC);
    if (send_part(router->socket, connection, ZMQ_SNDMORE) < 0) {
        return errno == EAGAIN ? SAGA_OVERLOADED : SAGA_UNAVAILABLE;
    }
    return send_part(router->socket, frame, 0) < 0 ? SAGA_UNAVAILABLE : SAGA_OK;
}

void router_wire(struct router *router, struct wire_ops *ops)
{
    *ops = (struct wire_ops){.send = send_frame, .arg = router};
}

/* ---- in ---- */

void router_wait(struct router *router, const int *descriptors, uint32_t count, int64_t timeout_ms)
{
    PRE(count <= DESCRIPTOR_MAX);
    zmq_pollitem_t items[2 + DESCRIPTOR_MAX] = {
        {.socket = router->socket, .events = ZMQ_POLLIN},
        {.socket = port_news(router->port), .events = ZMQ_POLLIN}};
    for (uint32_t i = 0; i < count; i++) {
        items[2 + i] = (zmq_pollitem_t){.fd = descriptors[i], .events = ZMQ_POLLIN};
    }
    timeout_ms = port_wait_ms(router->port, timeout_ms);
    long timeout = timeout_ms > INT_MAX ? INT_MAX : (long)timeout_ms;
    /* A signal may end the wait early: that does no harm, for the loop looks at everything each
     * time. */
    MAYBE(zmq_poll(items, (int)count + 2, timeout) > 0);
    if (items[1].revents != 0 || port_wait_ms(router->port, 1) == 0) {
        port_look(router->port);
    }
}

static bool receive_part(void *socket, zmq_msg_t *part)
{
    int rc;
    do {
        rc = zmq_msg_recv(part, socket, ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    return rc >= 0;
}

/* Reads and drops the rest of a message of too many frames. This does not wait: ZeroMQ delivers a
 * message only when all its parts have come. */
static void skip_rest(void *socket, zmq_msg_t *part)
{
    while (zmq_msg_more(part) && receive_part(socket, part)) {
        continue;
    }
}

/* A message read from the socket, a routing id and a frame, and what was found to read. */
struct arrival {
    zmq_msg_t id;
    zmq_msg_t part;
    enum { ARRIVAL_NONE, ARRIVAL_EMPTY, ARRIVAL_FRAME, ARRIVAL_MULTIPART } what;
};

static void read_arrival(struct router *router, struct arrival *arrival)
{
    zmq_msg_init(&arrival->id);
    zmq_msg_init(&arrival->part);
    arrival->what = ARRIVAL_NONE;
    if (!receive_part(router->socket, &arrival->id)) {
        return;
    }
    arrival->what = ARRIVAL_EMPTY;
    if (!zmq_msg_more(&arrival->id) || !receive_part(router->socket, &arrival->part)) {
        return;
    }
    arrival->what = ARRIVAL_FRAME;
    if (zmq_msg_more(&arrival->part)) {
        skip_rest(router->socket, &arrival->part);
        arrival->what = ARRIVAL_MULTIPART;
    }
}

static void take_arrival(struct peers *peers, struct arrival *arrival, int64_t now_ms)
{
    struct span connection = span_of(zmq_msg_data(&arrival->id), zmq_msg_size(&arrival->id));
    struct span frame = span_of(zmq_msg_data(&arrival->part), zmq_msg_size(&arrival->part));
    if (arrival->what == ARRIVAL_FRAME) {
        peers_receive(peers, connection, frame, now_ms);
    } else if (arrival->what == ARRIVAL_MULTIPART) {
        peers_multipart(peers, connection, now_ms);
    }
    zmq_msg_close(&arrival->id);
    zmq_msg_close(&arrival->part);
}

/* Reads some messages and then hands them on: reading and handling in turns would push each other's
 * code out of the processor's cache. */
static uint32_t receive_some(struct router *router, struct peers *peers, uint32_t limit,
                             int64_t now_ms)
{
    struct arrival arrivals[ARRIVAL_MAX];
    uint32_t count = 0;
    for (; count < limit && count < ARRIVAL_MAX; count++) {
        read_arrival(router, &arrivals[count]);
        if (arrivals[count].what == ARRIVAL_NONE) {
            break;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        take_arrival(peers, &arrivals[i], now_ms);
    }
    return count;
}

uint32_t router_receive(struct router *router, struct peers *peers, uint32_t limit, int64_t now_ms)
{
    uint32_t count = 0;
    uint32_t some = ARRIVAL_MAX;
    while (count < limit && some == ARRIVAL_MAX) {
        some = receive_some(router, peers, limit - count, now_ms);
        count += some;
    }
    return count;
}
