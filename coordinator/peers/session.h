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
    BAD_MAX = 3, /* so many bad messages within BAD_MS end a session */
    BAD_MS = 60 * 1000,
};

struct session {
    struct contact *contact;
    struct instance *instance;
    struct action **actions;   /* owned; the actions that the session offers */
    struct span *action_names; /* owned; the names of these actions */
    uint32_t action_count;
    uint32_t place; /* index of the session in peers->sessions */
    uint32_t window;
    uint32_t in_flight; /* how many tasks are at the participant: the length of `flights` */
    uint32_t reserved;  /* slots that are kept free for tasks that are being recorded */
    struct flight_list flights;
    bool has_barrier;
    /* The session gets no new tasks: the session said `bye`, is outranked, or the coordinator
     * drains. */
    bool is_closed;
    /* The session said `bye`: to fall silent is no loss once all its tasks have been answered. */
    bool said_bye;
    /* The `ready` of the session may have been sent before the tasks of the session that it
     * outranked, so attempts that it does not name are not judged yet. */
    bool is_doubted;
    /* A message came heartbeat_ms or more after the session came into force, so the `ready` of the
     * session was not an old one from a buffer. */
    bool is_proved;
    /* The `ready` of the session named the attempts that its instance has, and all of them could be
     * noted: attempts not named were never taken. */
    bool has_named_all;
    bool is_outranked; /* a newer connection of its instance is in force */
    /* Outranked: some time later a message has still come on its connection, so a second process
     * uses the name of the instance. */
    bool has_spoken;
    struct session *next_outranked;
    int64_t ranked_ms; /* when the session came into force, or was outranked */
    int64_t seen_ms;   /* when the last message came from the participant */
    int64_t sent_ms;   /* when the last message was sent to the participant */
    /* A message could not be sent: until this time no task is tried; INT64_MAX: the connection is
     * gone. */
    int64_t stalled_until_ms;
    /* The earliest time at which a cancelled flight of the session gives its slot back; INT64_MAX:
     * there is none. */
    int64_t over_ms;
    int64_t bad_ms[BAD_MAX - 1]; /* when the last BAD_MAX - 1 bad messages came */
};

/* How many slots of the session are taken by tasks or kept free for tasks that are being
 * recorded. */
static inline uint32_t session_load(const struct session *session)
{
    return session->in_flight + session->reserved;
}

/* May one more task be sent to the session now? */
bool session_has_room(const struct session *session, int64_t now_ms);
/* Counts a bad message that came now; true: it was the third within a minute, and the caller must
 * end the session. */
bool session_count_bad(struct session *session, int64_t now_ms);
/* The line of the log that says what the participant offers, and what it says of itself (meta: a
 * checked msgpack map, or empty). */
void session_log_opened(const struct session *session, struct span meta);
/* Another line of the log about the session; `why` is for people. */
void session_log(enum log_level level, const char *event, const struct session *session,
                 const char *why);

#endif
