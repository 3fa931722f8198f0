/* gate.h - who may come in.
 *
 * A thread of its own accepts connections and hands them to the library, and looks after those that
 * are there. When there are no descriptors left, or as many connections as may be, the one that has
 * been idle for longest makes room; if none is, whoever comes is told so (503). The thread never
 * spins, and goes on as soon as a descriptor is free. */
#ifndef API_GATE_H
#define API_GATE_H

#include <microhttpd.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct connections;
struct gate;

struct gate_options {
    int fd;                          /* listens; the gate's from now on */
    uint32_t max;                    /* connections at once */
    struct connections *connections; /* borrowed */
};

/* Opens a gate that lets nobody in yet. SAGA_NO_MEMORY; the descriptor is closed then. */
MUST_CHECK enum saga_error gate_open(const struct gate_options *options, struct gate **gate);
/* Lets them in. The daemon has no listening socket of its own, and is stopped between gate_shut()
 * and gate_close(). */
MUST_CHECK enum saga_error gate_start(struct gate *gate, struct MHD_Daemon *daemon);
/* Lets nobody in any more. What was postponed is done now. */
void gate_shut(struct gate *gate);
void gate_close(struct gate **gate);

/* Something to be done on the gate's thread, later. The memory is the caller's until then. */
struct gate_task {
    void (*run)(struct gate_task *task);
    int64_t due_ms;         /* the gate's */
    struct gate_task *next; /* the gate's */
};
void gate_postpone(struct gate *gate, struct gate_task *task, int64_t delay_ms);
/* What is done about every second on the gate's thread; before gate_start(). */
void gate_every_second(struct gate *gate, void (*run)(void *arg), void *arg);

#endif
