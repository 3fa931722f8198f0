/* gate.c - the thread that accepts.
 *
 * The library could accept by itself, but in its own way: without a descriptor to spare it accepts
 * nobody until one of its own connections ends, whoever has freed a descriptor meanwhile; with no
 * connection at all it spins. */
#include "api/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/connections.h"
#include "api/raw_problem.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    SWEEP_MS = 250, /* how exact the times are */
    TICK_MS = 1000,
    PAUSE_MS = 100,     /* between two looks at a door that lets nobody in */
    ROOM_MS = 10,       /* in which the library closes what was disconnected */
    SAY_MS = 10 * 1000, /* between two lines of the log about it */
    ACCEPT_MAX = 64,    /* connections taken before anything else is looked at */
    SPARES = 16,        /* connections that are served though others have taken every descriptor */
};

struct gate {
    struct gate_options options;
    struct MHD_Daemon *daemon;
    int wake;           /* an eventfd: something was postponed, or the gate is to be shut */
    int spares[SPARES]; /* descriptors kept to be given up when there is no other; -1 = it was */
    pthread_t thread;
    bool is_running;
    pthread_mutex_t lock;    /* of all below, but for what says that it is the thread's */
    struct gate_task *tasks; /* in no order: they are few, and due soon */
    bool is_shut;
    void (*tick)(void *arg);
    void *tick_arg;
    /* The thread's own. */
    int64_t sweep_ms; /* next look at the connections */
    int64_t tick_ms;  /* next tick */
    int64_t pause_ms; /* accepts nobody until then; 0 = accepts */
    int64_t said_ms;  /* when the log last had a line about a lack; 0 = never */
    uint32_t lacks;   /* since that line */
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

static void nudge(const struct gate *gate)
{
    uint64_t one = 1;
    MAYBE(write(gate->wake, &one, sizeof(one)) == sizeof(one)); /* a full counter wakes as well */
}

/* ---- the door ---- */

static bool fill_spares(struct gate *gate)
{
    bool is_whole = true;
    for (int i = 0; i < SPARES; i++) {
        if (gate->spares[i] < 0) {
            gate->spares[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        }
        is_whole = is_whole && gate->spares[i] >= 0;
    }
    return is_whole;
}

/* Gives one up, unless it is among the first `kept`. */
static bool give_spare(struct gate *gate, int kept)
{
    for (int i = SPARES - 1; i >= kept; i--) {
        if (gate->spares[i] >= 0) {
            close(gate->spares[i]);
            gate->spares[i] = -1;
            return true;
        }
    }
    return false;
}

/* Says in the log that somebody could not be let in; not each time. */
static void say_lack(struct gate *gate, const char *of_what, int64_t at_ms)
{
    char count[16];
    char open[16];
    gate->lacks++;
    if (gate->said_ms > 0 && at_ms - gate->said_ms < SAY_MS) {
        return;
    }
    snprintf(count, sizeof(count), "%u", gate->lacks);
    snprintf(open, sizeof(open), "%u", connections_count(gate->options.connections));
    log_line(LOG_WARN, "connections_over", "of", "http", "lacks", of_what, "open", open, "times",
             count, NULL);
    gate->said_ms = at_ms;
    gate->lacks = 0;
}

/* Somebody is there, and there is no descriptor, or no room. */
static void stand_in_the_door(struct gate *gate, bool lacks_descriptor, int64_t at_ms)
{
    say_lack(gate, lacks_descriptor ? "descriptors" : "room", at_ms);
    if (connections_make_room(gate->options.connections, NULL)) {
        gate->pause_ms = at_ms + ROOM_MS;
        return;
    }
    MAYBE(give_spare(gate, 0));
    int fd = accept4(gate->options.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        static const struct raw_problem full = {503, "Service Unavailable", "unavailable",
                                                "there are too many connections"};
        raw_problem_send(fd, &full);
        close(fd);
    }
    MAYBE(fill_spares(gate));
    POST(gate->pause_ms <= at_ms); /* nobody stands in a door that is shut */
    gate->pause_ms = at_ms + (fd >= 0 ? 1 : PAUSE_MS);
}

/* Without a descriptor the system says so before it looks whether anybody is there. */
static bool does_somebody_wait(const struct gate *gate)
{
    struct pollfd door = {.fd = gate->options.fd, .events = POLLIN};
    return poll(&door, 1, 0) == 1;
}

/* Takes one connection and hands it on. False: there is nobody, or nobody may come in now. */
static bool take_one(struct gate *gate, int64_t at_ms)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);
    if (!does_somebody_wait(gate)) {
        return false;
    }
    if (connections_count(gate->options.connections) >= gate->options.max) {
        stand_in_the_door(gate, false, at_ms);
        return false;
    }
    int fd =
        accept4(gate->options.fd, (struct sockaddr *)&address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        bool lacks = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        /* The first spare one stays, to tell those who cannot be served. */
        if (lacks && give_spare(gate, 1)) {
            say_lack(gate, "descriptors", at_ms);
            return true;
        }
        if (lacks) {
            stand_in_the_door(gate, true, at_ms);
        }
        return !lacks; /* they have gone again */
    }
    connections_add(gate->options.connections);
    /* On an error the library has closed the descriptor and does not notify. */
    if (MHD_add_connection(gate->daemon, fd, (struct sockaddr *)&address, size) != MHD_YES) {
        bool is_bound = errno == ENFILE; /* as many of one address as may be */
        connections_drop(gate->options.connections);
        say_lack(gate, is_bound ? "room" : "memory", at_ms);
        if (is_bound) { /* this one has lost its connection; the client's next one finds room */
            MAYBE(connections_make_room(gate->options.connections, (struct sockaddr *)&address));
        }
    }
    return true;
}

/* ---- the thread ---- */

void gate_postpone(struct gate *gate, struct gate_task *task, int64_t delay_ms)
{
    PRE(task->run != NULL);
    PRE(delay_ms >= 0);
    pthread_mutex_lock(&gate->lock);
    bool is_late = gate->is_shut;
    if (!is_late) {
        task->due_ms = now_ms() + delay_ms;
        task->next = gate->tasks;
        gate->tasks = task;
    }
    pthread_mutex_unlock(&gate->lock);
    if (is_late) {
        task->run(task);
    } else {
        nudge(gate);
    }
}

void gate_every_second(struct gate *gate, void (*run)(void *arg), void *arg)
{
    PRE(!gate->is_running);
    gate->tick = run;
    gate->tick_arg = arg;
}

/* Runs what is due by then; gives when the next task is. */
static int64_t run_tasks(struct gate *gate, int64_t until_ms)
{
    struct gate_task *due = NULL;
    int64_t next_ms = INT64_MAX;
    pthread_mutex_lock(&gate->lock);
    for (struct gate_task **at = &gate->tasks; *at;) {
        struct gate_task *task = *at;
        if (task->due_ms <= until_ms) {
            *at = task->next;
            task->next = due;
            due = task;
        } else {
            next_ms = task->due_ms < next_ms ? task->due_ms : next_ms;
            at = &task->next;
        }
    }
    pthread_mutex_unlock(&gate->lock);
    while (due) {
        struct gate_task *task = due;
        due = task->next;
        task->run(task); /* and may be no more */
    }
    return next_ms;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void wait(struct gate *gate, int64_t until_ms)
{
    int64_t at_ms = now_ms();
    bool is_open = gate->pause_ms <= at_ms;
    if (!is_open) {
        until_ms = earlier(until_ms, gate->pause_ms);
    }
    struct pollfd polled[] = {{.fd = gate->wake, .events = POLLIN},
                              {.fd = gate->options.fd, .events = POLLIN}};
    int64_t left_ms = until_ms > at_ms ? until_ms - at_ms : 0;
    uint64_t count;
    MAYBE(poll(polled, is_open ? 2 : 1, (int)left_ms) > 0);
    MAYBE(read(gate->wake, &count, sizeof(count)) > 0);
}

static void *work(void *arg)
{
    struct gate *gate = arg;
    bool is_shut = false;
    while (!is_shut) {
        int64_t at_ms = now_ms();
        int64_t next_ms = run_tasks(gate, at_ms);
        if (at_ms >= gate->sweep_ms) {
            connections_sweep(gate->options.connections);
            gate->sweep_ms = at_ms + SWEEP_MS;
        }
        if (at_ms >= gate->tick_ms) {
            MAYBE(fill_spares(gate));
            gate->tick(gate->tick_arg);
            gate->tick_ms = at_ms + TICK_MS;
        }
        for (int i = 0; i < ACCEPT_MAX && gate->pause_ms <= at_ms && take_one(gate, at_ms); i++) {
        }
        wait(gate, earlier(next_ms, gate->sweep_ms));
        pthread_mutex_lock(&gate->lock);
        is_shut = gate->is_shut;
        pthread_mutex_unlock(&gate->lock);
    }
    return NULL;
}

/* ---- opening and closing ---- */

enum saga_error gate_open(const struct gate_options *options, struct gate **gate)
{
    PRE(options->max > 0);
    PRE(options->fd >= 0);
    struct gate *made = calloc(1, sizeof(*made));
    if (!made) {
        close(options->fd);
        return SAGA_NO_MEMORY;
    }
    made->options = *options;
    pthread_mutex_init(&made->lock, NULL);
    made->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    memset(made->spares, -1, sizeof(made->spares));
    if (made->wake < 0 || !fill_spares(made)) {
        gate_close(&made);
        return SAGA_NO_MEMORY;
    }
    *gate = made;
    return SAGA_OK;
}

enum saga_error gate_start(struct gate *gate, struct MHD_Daemon *daemon)
{
    PRE(!gate->is_running);
    PRE(gate->tick != NULL);
    gate->daemon = daemon;
    gate->is_running = pthread_create(&gate->thread, NULL, work, gate) == 0;
    return gate->is_running ? SAGA_OK : SAGA_NO_MEMORY;
}

void gate_shut(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_shut = true;
    pthread_mutex_unlock(&gate->lock);
    if (gate->is_running) {
        nudge(gate);
        pthread_join(gate->thread, NULL);
        gate->is_running = false;
    }
    MAYBE(run_tasks(gate, INT64_MAX) == INT64_MAX);
}

void gate_close(struct gate **gate)
{
    struct gate *gone = *gate;
    if (!gone) {
        return;
    }
    PRE(!gone->is_running);
    while (give_spare(gone, 0)) {
    }
    const int fds[] = {gone->options.fd, gone->wake};
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *gate = NULL;
}
