/* peers.h - participants and clients on the wire: sessions, windows, queues, messages.
 *
 * peers.c and its parts are pure: frames and time in, events, requests and frames out, so that the
 * simulator runs the very code of the product. Only router.c knows ZeroMQ. What peers knows of a
 * task is its token, key, attempt and action; of sagas it knows nothing. */
#ifndef PEERS_PEERS_H
#define PEERS_PEERS_H

#include "base/buf.h"
#include "base/check.h"
#include "base/error.h"
#include "door/request.h"
#include "engine/effect.h"
#include "engine/event.h"
#include "engine/placement.h"

struct peers;

/* Where frames go: ZeroMQ in the product, a lossy network in the simulator. */
struct wire_ops {
    /* Sends one frame to a connection; never blocks. SAGA_OK: taken. SAGA_UNAVAILABLE: the
     * connection is gone. SAGA_OVERLOADED: no room now. The bytes are borrowed for the call. */
    MUST_CHECK enum saga_error (*send)(struct span connection, struct span frame, void *arg);
    void *arg;
};

/* Which part of a saga's history a client asks for. */
struct peers_range {
    uint64_t since; /* only records with a greater seq are wanted */
    uint32_t limit; /* at most so many records are wanted */
};

/* A saga that a client asks for, on its way to somebody who reads, perhaps in another thread. */
struct peers_look {
    struct span saga; /* external id; the bytes live until `answer` was called */
    struct peers_range range;
    struct buf body; /* the reply's keys (status, steps, history ...) and their values; open */
    uint32_t pairs;  /* how many keys `body` holds */
    enum saga_error error;
    /* Called by the reader on the loop's thread, once body, pairs and error are set. */
    void (*answer)(struct peers_look *look);
    void *arg; /* for peers alone: what `answer` needs */
};

/* Who reads what is durable, for `get` and `wait`. Provided by the loop. */
struct peers_reader {
    /* Begins to read the saga for a look. SAGA_OK: look->answer will be called, perhaps before this
     * returns; any error: it will not be called. */
    MUST_CHECK enum saga_error (*get)(struct peers_look *look, void *arg);
    void *arg;
};

struct peers_options {
    int64_t heartbeat_ms; /* ms between two heartbeats; participants are told it in `welcome` */
    int64_t dead_ms;      /* ms of silence after which a session is lost */
    uint32_t message_max; /* bytes that a peer may send */
    uint64_t seed;        /* from which the names of sessions are made; may be any number */
    const char *server;   /* version text for `welcome` */
    const char *endpoint; /* address that `welcome` tells in `nodes` */
    bool draining;
};

struct peers_stats {
    uint64_t received;
    uint64_t sent;
    uint64_t bad;       /* messages that were not of the protocol's form */
    uint64_t multipart; /* messages that were dropped because they had more than one frame */
    uint64_t unknown_tokens;
    uint32_t sessions;
    uint32_t queued; /* tasks that wait for a session with a free slot */
    uint32_t in_flight;
};

/* Called for each EVENT_RESULT, SENT, LOST, UNTAKEN, ADOPT, BEAT, RETURNED, during any call below.
 * now_ms and ref (the session) are set, entropy is not. An ADOPT that is not wanted comes back as a
 * CANCEL. */
typedef void (*peers_event_fn)(const struct event *event, void *arg);

MUST_CHECK enum saga_error peers_new(const struct peers_options *options,
                                     const struct wire_ops *wire, const struct peers_reader *reader,
                                     const struct desk *desk, struct peers **peers);
void peers_destroy(struct peers **peers);
void peers_on_event(struct peers *peers, peers_event_fn fn, void *arg);

/* Handles a message of one frame that has come. For a message of more than one frame call
 * peers_multipart() instead, which drops it. */
void peers_receive(struct peers *peers, struct span connection, struct span frame, int64_t now_ms);
void peers_multipart(struct peers *peers, struct span connection, int64_t now_ms);

/* Choose a session for a task that is being recorded, and give the choice back
 * (engine/placement.h); arg: the struct peers. A task gets a session only if it overtakes no task
 * that waits, or was decided before it and will wait. */
struct placed peers_choose(struct span action, enum task_kind kind, int64_t now_ms, void *arg);
void peers_give_back(struct span action, enum task_kind kind, uint64_t session, void *arg);

/* Effects, released. A task that was placed is sent to its session or, if that has no room for it
 * any more, is UNTAKEN; any other is sent at once when a session has room, else queued. */
void peers_task(struct peers *peers, const struct task *task, int64_t now_ms);
/* Still queued: dropped, and EVENT_UNTAKEN says so. Sent: the session gets `cancel`, and its slot
 * is free at effect->call.over_ms, answered or not. Unknown here: to the session effect->ref when
 * not 0, else (a task answered `later`) to any session of the action's service. */
void peers_cancel(struct peers *peers, const struct effect *effect, int64_t now_ms);
void peers_done(struct peers *peers, const struct effect *effect, int64_t now_ms);
/* After the effects of a batch: sends the collected `done`s, one per session. */
void peers_flush(struct peers *peers, int64_t now_ms);

/* What people are shown of an attempt: at which participant it is, or whether anybody can take
 * it. */
struct peers_place {
    /* Name of the participant process that the attempt was sent to, or empty; the bytes live until
     * the next call. */
    struct span instance;
    bool is_unserved; /* the attempt waits, and no session offers its action */
};
struct peers_place peers_where(const struct peers *peers, struct span key, uint32_t attempt);

/* Called as time passes: sends the heartbeats that are due, and ends sessions that have been silent
 * for too long. */
void peers_tick(struct peers *peers, int64_t now_ms);
/* Says by how many ms the host's clock is ahead of now_ms from now on: minted saga ids contain the
 * host's time. */
void peers_set_host(struct peers *peers, int64_t host_lead_ms);
int64_t peers_next_due(const struct peers *peers);

/* Begins to drain: no new tasks are sent from now on, and each session is told by `drain` that the
 * coordinator goes away after after_ms. */
void peers_drain(struct peers *peers, int64_t after_ms, int64_t now_ms);
void peers_stats(const struct peers *peers, struct peers_stats *stats);

/* What /v1/participants shows of one session. peers_each_session() calls fn once for each, and may
 * be called by the loop's thread only. */
struct peers_session {
    struct span instance;
    const struct span *actions;
    uint32_t action_count;
    uint32_t window;
    uint32_t in_flight;
    bool barrier;
    int64_t seen_ms;
};
void peers_each_session(const struct peers *peers,
                        void (*fn)(const struct peers_session *session, void *arg), void *arg);

#endif
