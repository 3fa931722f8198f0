/* session.h - what a participant opened on a connection: its window, its actions, its flights.
 *
 * `ready` opens a session and any message keeps it; sessions.c has its life. It has room for a task
 * while fewer than `window` of its slots are taken or kept, it is not closed to new tasks, and its
 * pipe is not full. */
#ifndef PEERS_SESSION_H
#define PEERS_SESSION_H

#include "base/log.h"
#include "peers/flight.h"

enum {
    BAD_MAX = 3, /* bad messages within BAD_MS end a session */
    BAD_MS = 60 * 1000,
};

struct session {
    struct contact *contact;
    struct instance *instance;
    struct action **actions;   /* owned; what the session offers */
    struct span *action_names; /* owned; the same, as text */
    uint32_t action_count;
    uint32_t place; /* in peers->sessions */
    uint32_t window;
    uint32_t in_flight; /* length of `flights` */
    uint32_t reserved;  /* slots that are kept free for tasks that are being recorded */
    struct flight_list flights;
    bool has_barrier;
    bool is_closed; /* no new tasks: the session said `bye`, is outranked, or the coordinator drains
                     */
    bool said_bye;  /* its silence is no loss once all its tasks have been answered */
    bool is_doubted; /* its `ready` may be older than the session that was outranked by it */
    bool
        is_proved; /* heard of heartbeat_ms after it came into force: its `ready` is not that old */
    bool has_named_all; /* its `ready` named all that was taken, and that was heard */
    bool is_outranked;  /* a newer connection of its instance is in force */
    bool has_spoken;    /* outranked: somebody still speaks on its connection */
    struct session *next_outranked;
    int64_t ranked_ms;           /* since when the session is in force, or outranked */
    int64_t seen_ms;             /* of the last message from the participant */
    int64_t sent_ms;             /* of the last message to the participant */
    int64_t stalled_until_ms;    /* nothing could be sent; INT64_MAX: its connection is gone */
    int64_t over_ms;             /* before that time no flight of the session becomes past */
    int64_t bad_ms[BAD_MAX - 1]; /* when its last bad messages came */
};

/* How many of its slots are not free. */
static inline uint32_t session_load(const struct session *session)
{
    return session->in_flight + session->reserved;
}

/* May one more task be sent to the session now? */
bool session_has_room(const struct session *session, int64_t now_ms);
/* Counts a bad message; true when it was the last one allowed. */
bool session_count_bad(struct session *session, int64_t now_ms);
/* The line of the log that says what the participant offers, and what it says of itself (meta: a
 * checked msgpack map, or empty). */
void session_log_opened(const struct session *session, struct span meta);
/* Another line of the log about the session; `why` is for people. */
void session_log(enum log_level level, const char *event, const struct session *session,
                 const char *why);

#endif
