/* port.c - ZeroMQ's news about its listening socket, and a spare descriptor. */
#include "peers/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/log.h"

enum { TURN_AWAY_MAX = 64, SAY_MS = 10 * 1000, NS_PER_MS = 1000 * 1000 };

struct port {
    void *watched;        /* the socket, borrowed */
    void *news;           /* what ZeroMQ says of it */
    int listening;        /* the same open socket as ZeroMQ's; -1 = it is not bound yet */
    int spare;            /* given up to accept somebody; -1 = there is none */
    int64_t said_ms;      /* when the log last had a line about it; 0 = never */
    uint32_t turned_away; /* since that line */
};

enum saga_error port_open(void *context, void *socket, struct port **port)
{
    char endpoint[64];
    const int unbounded = 0;
    struct port *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    *made = (struct port){.watched = socket, .listening = -1, .spare = -1};
    snprintf(endpoint, sizeof(endpoint), "inproc://port-%p", (void *)made);
    made->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    made->news = zmq_socket(context, ZMQ_PAIR);
    /* A full pipe would stop ZeroMQ's thread. */
    if (made->spare < 0 || !made->news ||
        zmq_setsockopt(made->news, ZMQ_RCVHWM, &unbounded, sizeof(unbounded)) != 0 ||
        zmq_socket_monitor(socket, endpoint, ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPT_FAILED) != 0 ||
        zmq_connect(made->news, endpoint) != 0) {
        port_close(&made);
        return SAGA_NO_MEMORY;
    }
    *port = made;
    return SAGA_OK;
}

void port_close(struct port **port)
{
    struct port *gone = *port;
    if (!gone) {
        return;
    }
    MAYBE(zmq_socket_monitor(gone->watched, NULL, 0) == 0);
    if (gone->news) {
        zmq_close(gone->news);
    }
    const int fds[] = {gone->listening, gone->spare};
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    free(gone);
    *port = NULL;
}

void *port_news(const struct port *port)
{
    return port->news;
}

/* One piece of news: 16 bits say of what, 32 bits are its value, the second part is the address.
 * False: there is none. */
static bool read_news(struct port *port, uint16_t *event, int32_t *value)
{
    char bytes[256];
    int size = zmq_recv(port->news, bytes, sizeof(bytes), ZMQ_DONTWAIT);
    if (size != (int)(sizeof(*event) + sizeof(*value))) {
        return false;
    }
    memcpy(event, bytes, sizeof(*event));
    memcpy(value, bytes + sizeof(*event), sizeof(*value));
    MAYBE(zmq_recv(port->news, bytes, sizeof(bytes), ZMQ_DONTWAIT) >= 0);
    return true;
}

/* Accepts and closes, as long as there is somebody. */
static void turn_away(struct port *port)
{
    int fd = 0;
    for (int i = 0; i < TURN_AWAY_MAX && fd >= 0; i++) {
        if (port->spare >= 0) {
            close(port->spare);
        }
        fd = accept4(port->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            close(fd);
            port->turned_away++;
        }
        port->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
}

static void say(struct port *port)
{
    int64_t at_ms = clock_monotonic_ns() / NS_PER_MS;
    char count[16];
    if (port->said_ms > 0 && at_ms - port->said_ms < SAY_MS) {
        return;
    }
    snprintf(count, sizeof(count), "%u", port->turned_away);
    log_line(LOG_WARN, "connections_over", "of", "wire", "lacks", "descriptors", "turned_away",
             count, NULL);
    port->said_ms = at_ms;
    port->turned_away = 0;
}

void port_look(struct port *port)
{
    uint16_t event;
    int32_t value;
    bool lacks = false;
    while (read_news(port, &event, &value)) {
        if (event == ZMQ_EVENT_LISTENING && port->listening < 0) {
            /* Of its own, for ZeroMQ closes its descriptor when it likes. That neither waits in
             * accept() suits both. */
            port->listening = fcntl(value, F_DUPFD_CLOEXEC, 0);
            MAYBE(fcntl(value, F_SETFL, O_NONBLOCK) == 0);
        }
        lacks = lacks || (event == ZMQ_EVENT_ACCEPT_FAILED && (value == EMFILE || value == ENFILE));
    }
    if (lacks && port->listening >= 0) {
        turn_away(port);
        say(port);
    }
}
