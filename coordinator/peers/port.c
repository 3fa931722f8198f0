/* port.c - ZeroMQ's news about its listening socket, the door before it, and spare descriptors.
 *
 * The door of a tcp:// address is a filter on the listening socket that lets no packet through: who
 * connects is not refused, and TCP tries again after a second, two, four. What waits in the queue
 * of the socket passed the door before; ZeroMQ takes it all the same, so the queue is short and
 * counts as taken. The door of an ipc:// address is the mode of its file, for sockets of that kind
 * know no filter. Both are given up with the process. */
#include "peers/port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/descriptors.h"
#include "base/limits.h"
#include "base/log.h"

enum {
    CONNECTIONS_MAX = 2 * LIMIT_SESSIONS, /* participants, and as many clients */
    /* Least length of the queue of connections that ZeroMQ has not accepted yet. */
    QUEUE_MIN = 8,
    QUEUE_MAX = 256,
    /* The queue is at most 1/8 of the connections that the port may have. */
    QUEUE_PART = 8,
    SPARES_MAX = QUEUE_MAX + 1, /* a queue of n lets n + 1 wait */
    /* Ms between two looks whether the process has free descriptors again. */
    PAUSE_MS = 250,
    SAY_MS = 10 * 1000, /* ms between two lines of the log about the door, at least */
    NEWS =
        ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED,
    NS_PER_MS = 1000 * 1000
};

struct port {
    void *watched; /* the socket, borrowed */
    void *news;    /* socket on which ZeroMQ reports what happens at the watched socket */
    /* Our own descriptor of the socket on which ZeroMQ listens; -1 = not bound yet. */
    int listening;
    struct sockaddr_un ipc; /* the file that the socket listens on, if it is one; else all zero */
    mode_t ipc_mode;        /* mode of that file while the door is open */
    int null;               /* /dev/null, which the spares are copies of */
    /* Descriptors kept in reserve, the first spare_count of them: one is closed so that a
     * connection can be accepted and turned away; -1 = it was closed. */
    int spares[SPARES_MAX];
    uint32_t spare_count;
    uint32_t open; /* connections that ZeroMQ has accepted */
    uint32_t max;  /* with so many open connections the door is shut */
    bool is_shut;
    bool lacks; /* ZeroMQ could not accept a connection for lack of a descriptor */
    /* While the door is shut: when port_look() must be called at the latest; 0 = only when there is
     * news. */
    int64_t look_ms;
    int64_t said_ms;      /* when the log last had a line about the door; 0 = never */
    uint32_t turned_away; /* connections turned away since that line of the log */
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / NS_PER_MS;
}

/* Opens the spare descriptors that are missing. False: some are still missing, because the process
 * has no descriptors left. */
static bool fill_spares(struct port *port)
{
    bool is_whole = true;
    for (uint32_t i = 0; i < port->spare_count; i++) {
        if (port->spares[i] < 0) {
            port->spares[i] = fcntl(port->null, F_DUPFD_CLOEXEC, 0);
        }
        is_whole = is_whole && port->spares[i] >= 0;
    }
    return is_whole;
}

enum saga_error port_open(void *context, void *socket, struct port **port)
{
    char endpoint[64];
    const int unbounded = 0;
    struct port *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    uint32_t share = descriptors_share(CONNECTIONS_MAX);
    int queue = (int)share / QUEUE_PART;
    queue = queue < QUEUE_MIN ? QUEUE_MIN : queue > QUEUE_MAX ? QUEUE_MAX : queue;
    *made = (struct port){.watched = socket,
                          .listening = -1,
                          .spare_count = (uint32_t)queue + 1,
                          .max = share - (uint32_t)queue - 1};
    /* So `share` was greater than queue + 1: the subtraction did not fall below 0. */
    CHECK(made->max < share);
    memset(made->spares, -1, sizeof(made->spares));
    snprintf(endpoint, sizeof(endpoint), "inproc://port-%p", (void *)made);
    made->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    made->news = zmq_socket(context, ZMQ_PAIR);
    /* The pipe of news must be unbounded (ZMQ_RCVHWM 0): a full one would stop ZeroMQ's thread. */
    if (made->null < 0 || !fill_spares(made) || !made->news ||
        zmq_setsockopt(socket, ZMQ_BACKLOG, &queue, sizeof(queue)) != 0 ||
        zmq_setsockopt(made->news, ZMQ_RCVHWM, &unbounded, sizeof(unbounded)) != 0 ||
        zmq_socket_monitor(socket, endpoint, NEWS) != 0 || zmq_connect(made->news, endpoint) != 0) {
        port_close(&made);
        return SAGA_NO_MEMORY;
    }
    *port = made;
    return SAGA_OK;
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
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
    for (uint32_t i = 0; i < gone->spare_count; i++) {
        close_if_open(gone->spares[i]);
    }
    close_if_open(gone->null);
    close_if_open(gone->listening);
    free(gone);
    *port = NULL;
}

void *port_news(const struct port *port)
{
    return port->news;
}

int64_t port_wait_ms(const struct port *port, int64_t timeout_ms)
{
    if (!port->is_shut || port->look_ms == 0) {
        return timeout_ms;
    }
    int64_t left_ms = port->look_ms - now_ms();
    left_ms = left_ms > 0 ? left_ms : 0;
    return timeout_ms < 0 || left_ms < timeout_ms ? left_ms : timeout_ms;
}

/* ---- the door ---- */

/* Shuts or opens the door, by the mode of an ipc:// socket's file or by a filter on a tcp://
 * socket; neither needs special rights. Errors are ignored: then the spare descriptors must do. */
static void bar(const struct port *port, bool is_shut)
{
    struct sock_filter nothing = {.code = BPF_RET | BPF_K, .k = 0};
    const struct sock_fprog filter = {.len = 1, .filter = &nothing};
    if (port->ipc.sun_family == AF_UNIX) {
        MAYBE(chmod(port->ipc.sun_path, is_shut ? 0 : port->ipc_mode) == 0);
    } else {
        MAYBE(setsockopt(port->listening, SOL_SOCKET, is_shut ? SO_ATTACH_FILTER : SO_DETACH_FILTER,
                         &filter, sizeof(filter)) == 0);
    }
}

static void say(struct port *port, const char *of_what, int64_t at_ms)
{
    char open[16];
    char turned_away[16];
    if (port->said_ms > 0 && at_ms - port->said_ms < SAY_MS) {
        return;
    }
    snprintf(open, sizeof(open), "%u", port->open);
    snprintf(turned_away, sizeof(turned_away), "%u", port->turned_away);
    log_line(LOG_WARN, "connections_over", "of", "wire", "lacks", of_what, "open", open,
             "turned_away", turned_away, NULL);
    port->said_ms = at_ms;
    port->turned_away = 0;
}

static bool does_somebody_wait(const struct port *port)
{
    struct pollfd door = {.fd = port->listening, .events = POLLIN};
    return poll(&door, 1, 0) == 1;
}

/* Turns away those who wait: closes a spare descriptor, accepts a connection with it, and closes
 * that. ZeroMQ's thread may be faster and use the descriptor: then one connection fewer waits too,
 * and there are as many spares as connections can wait. */
static void turn_away(struct port *port)
{
    for (uint32_t i = 0; i < port->spare_count && does_somebody_wait(port); i++) {
        close_if_open(port->spares[i]);
        port->spares[i] = -1;
        int fd = accept4(port->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            /* dup3() closes the connection and makes its descriptor a spare in one step, so that
             * nobody else can take the descriptor. */
            port->spares[i] = dup3(port->null, fd, O_CLOEXEC);
            CHECK(port->spares[i] == fd);
            port->turned_away++;
        }
    }
}

/* ---- news ---- */

/* Reads one report of ZeroMQ about the socket: 16 bits say what happened, 32 bits are its value,
 * and a second part, the address, is skipped. False: there is none. */
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

static void note_listening(struct port *port, int fd)
{
    struct stat file;
    socklen_t size = sizeof(port->ipc);
    if (port->listening >= 0) {
        return;
    }
    /* A descriptor of the port's own, for ZeroMQ closes its descriptor when it likes. Both are of
     * one socket, so that O_NONBLOCK holds for ZeroMQ too, which never waits in accept() anyway. */
    port->listening = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    MAYBE(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    if (getsockname(fd, (struct sockaddr *)&port->ipc, &size) != 0 ||
        port->ipc.sun_family != AF_UNIX || stat(port->ipc.sun_path, &file) != 0) {
        port->ipc = (struct sockaddr_un){0};
    } else {
        port->ipc_mode = file.st_mode & ACCESSPERMS;
    }
}

static void note(struct port *port, uint16_t event, int32_t value)
{
    switch (event) {
    case ZMQ_EVENT_LISTENING:
        note_listening(port, value);
        return;
    case ZMQ_EVENT_ACCEPTED:
        port->open++;
        return;
    case ZMQ_EVENT_DISCONNECTED:
        port->open -= port->open > 0;
        return;
    default:
        port->lacks = port->lacks || value == EMFILE || value == ENFILE || value == ENOBUFS ||
                      value == ENOMEM;
        return;
    }
}

static void shut(struct port *port, int64_t at_ms)
{
    bar(port, true);
    port->is_shut = true;
    port->look_ms = 0;
    if (port->lacks) {
        turn_away(port);
        port->look_ms = at_ms + PAUSE_MS;
    }
    say(port, port->lacks ? "descriptors" : "room", at_ms);
    port->lacks = false;
}

static void look_again(struct port *port, int64_t at_ms)
{
    bool is_whole = fill_spares(port);
    port->look_ms = is_whole ? 0 : at_ms + PAUSE_MS;
    if (is_whole && port->open < port->max) {
        bar(port, false);
        port->is_shut = false;
    }
}

void port_look(struct port *port)
{
    uint16_t event;
    int32_t value;
    while (read_news(port, &event, &value)) {
        note(port, event, value);
    }
    int64_t at_ms = now_ms();
    if (port->listening < 0) {
        return;
    }
    if (port->lacks || (port->open >= port->max && !port->is_shut)) {
        shut(port, at_ms);
    } else if (port->is_shut && at_ms >= port->look_ms) {
        look_again(port, at_ms);
    }
}
