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
    uint64_t since; /* records with a greater seq */
    uint32_t limit; /* at most so many */
};

/* A saga that a client asks for, on its way to somebody who reads, perhaps in another thread. */
struct peers_look {
    struct span saga; /* both stay until the answer */
    struct peers_range range;
    struct buf body; /* the reply's keys (status, steps, history ...) and their values; open */
    uint32_t pairs;  /* how many keys */
    enum saga_error error;
    void (*answer)(struct peers_look *look); /* once the rest is set, on the loop's thread */
    void *arg;                               /* of peers */
};

/* Who reads what is durable, for `get` and `wait`. Provided by the loop. */
struct peers_reader {
    /* SAGA_OK: taken, and the look is answered, perhaps before this returns. Else it is not. */
    MUST_CHECK enum saga_error (*get)(struct peers_look *look, void *arg);
    void *arg;
};

struct peers_options {
    int64_t heartbeat_ms; /* dictated to participants */
    int64_t dead_ms;      /* silence after which a session is lost */
    uint32_t message_max; /* bytes that a peer may send */
    uint64_t seed;        /* of session names; any */
    const char *server;   /* version text for `welcome` */
    const char *endpoint; /* for welcome.nodes */
    bool draining;
};

struct peers_stats {
    uint64_t received;
    uint64_t sent;
    uint64_t bad;       /* messages that were not of the protocol's form */
    uint64_t multipart; /* dropped: more than one frame */
    uint64_t unknown_tokens;
    uint32_t sessions;
    uint32_t queued; /* tasks waiting for a window */
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

/* A frame has come. `more` frames of one message: call peers_multipart() instead. */
void peers_receive(struct peers *peers, struct span connection, struct span frame, int64_t now_ms);
void peers_multipart(struct peers *peers, struct span connection, int64_t now_ms);

/* As choose() and give_back() of a placement; arg: the peers. A task that is placed overtakes none
 * that waits, or was decided before and will wait. */
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

/* Where an attempt is. */
struct peers_place {
    struct span
        instance;     /* of the participant that it was sent to, until the next call; or empty */
    bool is_unserved; /* it waits, and no session offers its action */
};
struct peers_place peers_where(const struct peers *peers, struct span key, uint32_t attempt);

/* Heartbeats out, silent sessions lost. */
void peers_tick(struct peers *peers, int64_t now_ms);
/* How much more than now_ms the host's clock shows, from now on: ids that are minted say its time.
 */
void peers_set_host(struct peers *peers, int64_t host_lead_ms);
int64_t peers_next_due(const struct peers *peers);

/* No new tasks leave; `drain` goes to every session. */
void peers_drain(struct peers *peers, int64_t after_ms, int64_t now_ms);
void peers_stats(const struct peers *peers, struct peers_stats *stats);

/* For /v1/participants: one call per session. From the loop's thread. */
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
