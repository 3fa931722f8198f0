/* parts.h - what the parts of peers share; private to this folder.
 *
 *   contact    a connection that we know            found by its name or by its ref
 *   session    what a participant opened on it      has a window, offers actions
 *   instance   the process behind it                outlives its session, to be known again
 *   action     "flights.book"                       who offers it, and what waits for it
 *   flight     one attempt here                     waiting for a window, open, or past
 *
 *               peers_task                 sent                  answered, or
 *      (none) ------------> WAITING -----------------> OPEN ---------------> (none)
 *                              |                        |  ^      its result came
 *                 cancel: UNTAKEN                       |  | `ready` names it: ADOPT
 *                              v   timed out, or LOST   v  |
 *                           (none)                     PAST ----> (none)
 *                                      `ready` does not name it: UNTAKEN, or it grew old
 *
 * Only OPEN flights count against a window. Everything here belongs to the loop's thread. */
#ifndef PEERS_PARTS_H
#define PEERS_PARTS_H

#include "base/limits.h"
#include "base/map.h"
#include "peers/fields.h"
#include "peers/peers.h"

enum {
    INSTANCE_MAX = 255,   /* bytes of an instance's name */
    CONNECTION_MAX = 255, /* bytes of a routing id: what ZeroMQ allows */
    STRANGER_MAX = 4096,  /* contacts without a session that are remembered */
    CONTACT_BITS = 14,    /* of a ref: which contact */
    CONTACT_MAX = 1 << CONTACT_BITS,
    PAST_MAX = 100000,             /* past flights remembered, of all instances */
    PAST_MS = 10 * 60 * 1000,      /* for how long: well above any reconnect */
    WAITING_MAX = 8 * 1000 * 1000, /* tasks that wait; the engine holds the sagas behind them */
    FREE_MAX = 100000,             /* structs kept for reuse */
    WHO_MS = 1000,                 /* a connection is told `who` no more often */
    STALL_MS = 20,                 /* a full pipe is left alone for this long */
    BAD_MAX = 3,                   /* bad messages within BAD_MS end a session */
    BAD_MS = 60 * 1000,
    ASK_BYTES_MAX = 256 * 1024 * 1024, /* of open requests, all together */
    REQUEST_MAX = 255,                 /* bytes of a client's name for its request */
    RETRY_AFTER_MS = 1000,             /* told with `overloaded` */
    WAIT_MS = 30 * 1000,               /* of a client's wait when it does not say */
    WAIT_MS_MAX = 60 * 60 * 1000,
    HISTORY_MAX = 1000, /* records of one reply, also when the client does not say */
};

_Static_assert(LIMIT_SESSIONS + STRANGER_MAX < CONTACT_MAX, "each contact needs a place");

enum flight_state { FLIGHT_WAITING, FLIGHT_OPEN, FLIGHT_PAST };

struct flight {
    enum flight_state state;
    bool has_token;      /* false: adopted, only its name is known */
    bool is_listed;      /* WAITING: in a queue; false: its time is over, the engine knows */
    bool is_urgent;      /* WAITING: undo, confirm or check */
    struct flight *prev; /* in the action's queue, the session's or the instance's list */
    struct flight *next;
    struct flight *older; /* PAST: of all past flights */
    struct flight *newer;
    const struct task *task;   /* WAITING: borrowed from the engine */
    struct action *action;     /* WAITING */
    struct session *session;   /* OPEN */
    struct instance *instance; /* PAST */
    int64_t past_ms;           /* PAST: since when */
    bool is_unsaid;            /* PAST: the engine does not know it yet */
    bool is_unnamed;           /* PAST: the last `running` of its instance did not name it */
    int64_t over_ms;           /* OPEN: called off, and past it; INT64_MAX: not called off */
    uint64_t order;            /* WAITING: order of arrival */
    uint8_t token[TOKEN_SIZE];
    uint32_t attempt;
    uint32_t name_size;
    uint8_t name[4 + LIMIT_KEY]; /* attempt and idempotency key: its key in the map */
};

struct flight_list {
    struct flight *first;
    struct flight *last;
};

struct action {
    struct session **sessions; /* those that offer it; owned */
    uint32_t session_count;
    uint32_t session_capacity;
    uint32_t turn;             /* where the next choice begins: equals take turns */
    struct flight_list urgent; /* waiting: undo, confirm, check */
    struct flight_list plain;  /* waiting: do */
    uint32_t uses;             /* sessions and waiting flights; 0: it may go */
    uint32_t name_size;
    uint8_t name[LIMIT_ACTION];
};

struct instance {
    struct session *session; /* NULL: it has none now */
    struct flight_list past;
    uint32_t name_size;
    uint8_t name[INSTANCE_MAX];
};

struct session {
    struct contact *contact;
    struct instance *instance;
    struct action **actions;   /* owned; what it offers */
    struct span *action_names; /* owned; the same, as text */
    uint32_t action_count;
    uint32_t place; /* in peers->sessions */
    uint32_t window;
    uint32_t in_flight; /* length of `flights` */
    struct flight_list flights;
    bool has_barrier;
    bool is_leaving; /* said `bye` */
    bool is_doubted; /* its `ready` may be older than the session that it replaced */
    bool is_proved;  /* it is not: heard of heartbeat_ms after its opening */
    int64_t opened_ms;
    int64_t seen_ms;             /* last message from it */
    int64_t sent_ms;             /* last message to it */
    int64_t stalled_until_ms;    /* nothing could be sent; INT64_MAX: its connection is gone */
    int64_t over_ms;             /* no flight of it is past before */
    int64_t bad_ms[BAD_MAX - 1]; /* its last bad messages */
};

struct contact {
    uint64_t ref;            /* as events and effects name it; unique for the process's life */
    struct session *session; /* NULL: a stranger */
    int64_t who_ms;          /* when it was last told `who` */
    struct buf done;         /* verdicts collected for the next `done`, packed */
    uint32_t done_count;
    bool is_dirty; /* in peers->dirty */
    struct contact *next_dirty;
    struct contact *older; /* strangers, by the time they were made */
    struct contact *newer;
    uint32_t place; /* in peers->contacts */
    uint32_t connection_size;
    uint8_t connection[];
};

struct ask;

struct peers {
    struct peers_options options;
    char *server; /* owned; options.server points here */
    char *endpoint;
    struct wire_ops wire;
    struct peers_reader reader;
    struct desk desk;
    peers_event_fn event_fn;
    void *event_arg;
    struct fields fields;
    struct peers_stats stats;
    struct buf out;  /* the message being packed */
    struct buf body; /* a part of it that is packed first */

    struct map connections;                /* routing id -> contact */
    struct contact *contacts[CONTACT_MAX]; /* by the low bits of a ref */
    uint64_t generation;                   /* the high bits of the next ref */
    uint32_t contact_next;                 /* where to look for a free place */
    struct contact *strangers_first;
    struct contact *strangers_last;
    uint32_t stranger_count;
    struct contact *dirty;

    struct session *sessions[LIMIT_SESSIONS];
    uint32_t session_count;
    struct map instances; /* name -> instance */
    struct map actions;   /* name -> action */

    struct map flights;          /* attempt and key -> flight */
    struct flight *free_flights; /* by `next` */
    uint32_t free_flight_count;
    struct flight *past_first; /* oldest of all past flights */
    struct flight *past_last;
    uint32_t past_count;
    uint32_t waiting_count; /* in queues */
    uint32_t open_count;
    uint64_t order; /* of the next task that waits */

    struct ask *asks; /* open requests of clients */
    struct ask *free_asks;
    uint32_t ask_count;
    uint32_t free_ask_count;
    size_t ask_bytes;
    uint64_t random;   /* state of the generator of names */
    int64_t id_ms;     /* of the last saga id minted */
    uint32_t id_count; /* within that millisecond */

    int64_t ticked_ms;  /* last tick; 0 = none yet */
    int64_t scanned_ms; /* last look at all sessions */
    int64_t due_ms;     /* when the next one is due */
    int64_t drained_ms; /* draining: when it is over */
    bool is_draining;
};

/* contacts.c */

/* NULL when the connection is not known. */
struct contact *contacts_find(const struct peers *peers, struct span connection);
struct contact *contacts_of_ref(const struct peers *peers, uint64_t ref);
/* Finds it or makes a stranger of it; NULL without memory. Makes the oldest stranger go when there
 * are too many: it is asked who it is again, and its results come again. */
struct contact *contacts_meet(struct peers *peers, struct span connection);
/* A stranger opens a session. */
void contacts_promote(struct peers *peers, struct contact *contact);
void contacts_forget(struct peers *peers, struct contact *contact);
void contacts_close(struct peers *peers);

/* flights.c */

struct flight *flights_find(const struct peers *peers, struct span key, uint32_t attempt);
/* A flight without state in the map; NULL without memory or when the key is too long. */
struct flight *flights_new(struct peers *peers, struct span key, uint32_t attempt);
/* Takes it out of wherever it is, and forgets it. */
void flights_forget(struct peers *peers, struct flight *flight);
/* Moves between states; the flight must be in no list: new, or after flights_unlink(). */
void flights_unlink(struct peers *peers, struct flight *flight);
void flights_wait(struct peers *peers, struct flight *flight, struct action *action);
void flights_open(struct peers *peers, struct flight *flight, struct session *session);
void flights_retire(struct peers *peers, struct flight *flight, struct instance *instance,
                    int64_t now_ms);
/* Forgets past flights that are too old. */
void flights_expire(struct peers *peers, int64_t now_ms);
void flights_close(struct peers *peers);
struct span flights_key(const struct flight *flight);

/* actions.c */

/* Finds or makes; NULL without memory. Each use is given back by actions_release(). */
struct action *actions_take(struct peers *peers, struct span name);
void actions_release(struct peers *peers, struct action *action);
struct action *actions_find(const struct peers *peers, struct span name);
/* SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error actions_offer(struct action *action, struct session *session);
void actions_withdraw(struct action *action, const struct session *session);
/* The least loaded session that offers the action and has room, or NULL. */
struct session *actions_choose(const struct peers *peers, struct action *action, int64_t now_ms);
/* Any session that offers the action, or another one of its service; NULL. */
struct session *actions_any(const struct peers *peers, struct span name);

/* sessions.c */

struct ready {
    struct span instance;
    struct span actions; /* msgpack array of str, checked */
    struct span running; /* msgpack array of maps, checked; empty: not given */
    uint32_t window;
    bool has_barrier;
};

/* SAGA_OVERLOADED, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error sessions_ready(struct peers *peers, struct contact *contact,
                                          const struct ready *ready, int64_t now_ms);
/* Ends it; its flights are LOST. `why` is a word for the log. */
void sessions_lose(struct peers *peers, struct session *session, const char *why, int64_t now_ms);
/* Something has come from it: is it there now, or was it there once? */
void sessions_heard(struct peers *peers, struct session *session, int64_t now_ms);
/* What the instance has not named was never taken. */
void sessions_untake(struct peers *peers, struct session *session, int64_t now_ms);
/* Counts a bad message; true when it was the last one allowed. */
bool sessions_count_bad(struct session *session, int64_t now_ms);
void sessions_close(struct peers *peers);
bool sessions_has_room(const struct peers *peers, const struct session *session, int64_t now_ms);
/* Forgets the instance when nothing is known of it any more. */
void sessions_release_instance(struct peers *peers, struct instance *instance);

/* dispatch.c */

/* Sends a new task, or lets it wait. */
void dispatch_task(struct peers *peers, const struct task *task, int64_t now_ms);
/* Gives the session what waits, as far as it has room. */
void dispatch_session(struct peers *peers, struct session *session, int64_t now_ms);
/* An answer frees a slot: that of the flight with this name and token, if there is one. */
struct session *dispatch_answered(struct peers *peers, const struct result *result);

/* inbound.c */
void inbound_frame(struct peers *peers, struct span connection, struct span frame, int64_t now_ms);
/* Reads what result and finish have in common. SAGA_BAD_MESSAGE or SAGA_TOO_LARGE with *why. */
MUST_CHECK enum saga_error inbound_result(const struct peers *peers, const struct message *message,
                                          struct result *result, const char **why);

/* asks.c */
void asks_message(struct peers *peers, struct span connection, struct span frame,
                  const struct message *message, int64_t now_ms);
void asks_close(struct peers *peers);

/* outbound.c */

/* What the sends give: as wire_ops.send; a message too large or without memory: SAGA_TOO_LARGE. */
MUST_CHECK enum saga_error outbound_task(struct peers *peers, struct session *session,
                                         const struct task *task, int64_t ttl_ms, int64_t now_ms);
/* Best effort: a failure is as a loss on the way. */
void outbound_cancel(struct peers *peers, struct session *session, struct span key,
                     const struct effect *effect, int64_t now_ms);
void outbound_welcome(struct peers *peers, struct session *session, int64_t now_ms);
void outbound_heartbeat(struct peers *peers, struct session *session, int64_t now_ms);
void outbound_drain(struct peers *peers, struct session *session, int64_t after_ms, int64_t now_ms);
void outbound_who(struct peers *peers, struct contact *contact, int64_t now_ms);
void outbound_done(struct peers *peers, struct contact *contact, int64_t now_ms);
/* Adds a verdict to what outbound_done() will send. */
void outbound_verdict(struct peers *peers, struct contact *contact, const struct result *about,
                      enum verdict verdict, int64_t now_ms);
/* request: empty when it answers none. why: NULL = the error's sentence. */
void outbound_error(struct peers *peers, struct span connection, struct span request,
                    enum saga_error error, const char *why);
/* Begins a reply of `pairs` keys in peers->out; outbound_reply_end() sends it. */
void outbound_reply(struct peers *peers, struct span request, uint32_t pairs);
void outbound_reply_end(struct peers *peers, struct span connection, struct span request);
const char *outbound_verdict_text(enum verdict verdict);

/* mint.c */

enum { ID_UUID_SIZE = 36 };
/* An UUIDv7, ascending within the process. */
void mint_id(struct peers *peers, int64_t now_ms, uint8_t text[ID_UUID_SIZE]);

static inline void peers_emit(const struct peers *peers, const struct event *event)
{
    if (peers->event_fn) {
        peers->event_fn(event, peers->event_arg);
    }
}

/* An event about an attempt, from or for a session. */
void peers_emit_flight(const struct peers *peers, enum event_kind kind, const struct flight *flight,
                       const struct session *session, int64_t now_ms);

static inline struct span contact_connection(const struct contact *contact)
{
    return span_of(contact->connection, contact->connection_size);
}

#endif
