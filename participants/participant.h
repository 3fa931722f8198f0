/* participant.h - the inside of a participant, which all of its files share.
 *
 * The thread in saga_participant_run() owns everything, but for the fields marked otherwise. */
#ifndef PARTICIPANTS_PARTICIPANT_H
#define PARTICIPANTS_PARTICIPANT_H

#include "base/map.h"
#include "participants/crew.h"
#include "participants/ledger.h"
#include "participants/link.h"
#include "participants/message.h"

#define PARTICIPANT_MAGIC 0x5a6a9a17u

enum {
    PARTICIPANT_ACTION_MAX = 256,
    PARTICIPANT_ACTION_NAME_MAX = 130, /* with the NUL */
    PARTICIPANT_WINDOW_MAX = 32768,
    PARTICIPANT_INSTANCE_SIZE = 33,  /* 128 bits in hex, with the NUL */
    PARTICIPANT_HEARTBEAT_MS = 2000, /* until the coordinator dictates another */
    PARTICIPANT_DEAD_MS = 6000,
    PARTICIPANT_WINDOW_DEFAULT = 64,
    PARTICIPANT_STOP_MS = 10000,
    PARTICIPANT_MESSAGE_MAX = 1 << 20, /* until the coordinator says otherwise */
    /* The window closes when the ledger holds so many attempts and one window more. A `ready` can
       name them all: it may have 100,000 values and keys, and names an attempt by five. */
    PARTICIPANT_HELD_MAX = 16384,
    PARTICIPANT_KEPT_BYTES_MAX =
        64 << 20, /* the window closes when results not yet done have so many bytes */
};

struct action {
    char name[PARTICIPANT_ACTION_NAME_MAX];
    saga_handler_fn *handler;
    void *arg;
};

/* Written by one thread, read by any. */
struct counts {
    _Atomic uint64_t sessions, tasks, ok, failed, later, duplicates, remembered, resent, done;
    _Atomic uint64_t garbage;
};

struct saga_participant {
    uint32_t magic;
    struct link_address address;
    uint32_t window; /* of the options: the most there may be */
    bool has_barrier;
    int workers; /* SAGA_WORKERS_INLINE, or the number of threads */
    uint32_t stop_ms;
    struct buf meta;        /* packed map, or empty */
    saga_notice_fn *notice; /* may be NULL */
    void *notice_arg;
    saga_later_fn *later; /* may be NULL */
    void *later_arg;
    struct map actions; /* name -> struct action, owned; fixed once running */
    char instance[PARTICIPANT_INSTANCE_SIZE];

    void *context;         /* of libzmq */
    void *socket;          /* NULL after a failure to open one, until the next try */
    void *watch;           /* tells of its connections (link.h) */
    uint32_t socket_count; /* opened so far */
    int wake_fd;           /* eventfd: written to by workers, stop and window */
    struct crew crew;
    struct ledger ledger;
    struct buf out;     /* the message being packed */
    struct buf details; /* of the progress being sent */

    bool is_running;           /* saga_participant_run was called */
    bool is_welcome;           /* the session is open */
    bool is_connected;         /* the socket has a connection */
    bool was_connected;        /* the socket has or had one */
    bool owes_ready;           /* a `ready` must be said, for the connection is new */
    bool said_waiting;         /* SAGA_NOTICE_WAITING was given since the last session */
    bool said_refused;         /* a refused handshake was told since the last session */
    int64_t now_ms;            /* link_now_ms(), read once a turn */
    int64_t ready_ms;          /* when `ready` was last sent */
    int64_t spoke_ms;          /* when anything was last sent */
    _Atomic int64_t heard_ms;  /* when anything last came; read by workers */
    _Atomic int64_t silent_ms; /* the end of the last silence: tasks received before must not begin;
                                  read by workers */
    int64_t heartbeat_ms;      /* dictated by the coordinator */
    _Atomic int64_t dead_ms;
    _Atomic int64_t max_message;
    uint32_t window_told;           /* what the coordinator was last told */
    bool is_full;                   /* the ledger is full, so the window is closed (window.c) */
    bool is_leaving;                /* bye was said */
    int64_t stop_at_ms;             /* when to leave, whatever is still open */
    _Atomic uint32_t window_wanted; /* by saga_participant_window(), any thread */
    _Atomic uint32_t stops;         /* calls of saga_participant_stop(), any thread, signals */
    struct counts counts;
};

static inline void count_one(_Atomic uint64_t *count)
{
    /* There is one writer, so this needs no locked instruction. */
    uint64_t value = atomic_load_explicit(count, memory_order_relaxed);
    atomic_store_explicit(count, value + 1, memory_order_relaxed);
}

/* Tells the program, if it wants to be told. */
void participant_notice(struct saga_participant *participant, enum saga_notice notice,
                        const char *text);

#endif
