/* sessions.h - the life of a session: opened by `ready`, kept by any message, ended by silence.
 *
 *                 ready                      ready on the same connection: actions, window
 *      (none) --------------> in force ----+
 *                              | |  ^------+
 *        silent for dead_ms,   | |
 *        third bad message     | | its instance says `ready` on another connection, with `running`
 *                              v v
 *                       (none) ^ outranked ---> in force: it says `ready` again
 *                              |   |
 *                              +---+ silent for dead_ms, or not heard of while the other was proved
 *
 * What is said of the flights of a session:
 *
 *   it was lost                      LOST, at once
 *   its instance is back, with       ADOPT for each flight that it names,
 *     `running`                      UNTAKEN for each other one: it was never taken
 *   ... without `running`            LOST, at once
 *
 * Two things keep UNTAKEN from being said of what somebody is at work on. A `ready` that comes
 * while the instance has a session may be an old one that a former connection still brings: it does
 * not know what was taken since. So the new session is believed only when it was heard of
 * heartbeat_ms after it came into force. And a process may have the name of another, which breaks
 * the protocol: it shows by speaking while it is outranked. What was sent to it is then its own
 * until it answers, says `ready` or falls silent; the log has `instance_twice`. */
#ifndef PEERS_SESSIONS_H
#define PEERS_SESSIONS_H

#include "peers/state.h"

/* A `ready` whose form is right. */
struct ready {
    struct span instance; /* 1 to INSTANCE_MAX bytes */
    struct span actions;  /* msgpack array of str, checked */
    struct span running;  /* msgpack array of maps, checked; empty: not given */
    struct span meta;     /* msgpack map, checked; empty: not given */
    uint32_t window;
    bool has_barrier;
};

/* Opens or updates the contact's session. SAGA_OVERLOADED, SAGA_NO_MEMORY: the contact has no
 * session now. The contact must not have a session of another instance. */
MUST_CHECK enum saga_error sessions_ready(struct peers *peers, struct contact *contact,
                                          const struct ready *ready, int64_t now_ms);
/* Called when the session has been silent for dead_ms: ends it, and tells the engine LOST for each
 * of its flights; no loss is logged if it said `bye` and has no flights. */
void sessions_silent(struct peers *peers, struct session *session, int64_t now_ms);
/* Ends the session, and tells the engine LOST for each of its flights. `why` is written to the
 * log. */
void sessions_lose(struct peers *peers, struct session *session, const char *why, int64_t now_ms);
/* When the attempts that the session's instance has not named are to be judged; INT64_MAX: not yet
 * known, or never. */
int64_t sessions_judged_ms(const struct peers *peers, const struct session *session);
/* Ends the doubt in the session: tells the engine UNTAKEN for each attempt that the instance has
 * not named, and ends the sessions on older connections of the instance on which nobody has
 * spoken. */
void sessions_judge(struct peers *peers, struct session *session, int64_t now_ms);
/* Notes that a message has come from the session, so that it is not silent; must be called for each
 * message. */
void sessions_heard(struct peers *peers, struct session *session, int64_t now_ms);
/* Gives no session new tasks from now on, and tells each by `drain` that the coordinator goes away
 * after after_ms. */
void sessions_drain(struct peers *peers, int64_t after_ms, int64_t now_ms);
void sessions_close(struct peers *peers);

#endif
