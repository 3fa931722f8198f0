/* sessions.h - the life of a session: opened by `ready`, kept by any message, ended by silence.
 *
 *                 ready                      ready on the same connection: actions, window
 *      (none) --------------> open --------+
 *                              |  ^--------+
 *                              |
 *        silent for dead_ms, third bad message, its instance on another connection
 *                              |
 *                              v
 *                            (none)
 *
 * A flight of a session that ends becomes past, under its instance. What is said of it:
 *
 *   the session was lost             LOST, at once
 *   its instance is back, with       ADOPT for each flight that it names,
 *     `running`                      UNTAKEN for each other one: it was never taken
 *   ... without `running`            LOST, if that was not said before */
#ifndef PEERS_SESSIONS_H
#define PEERS_SESSIONS_H

#include "peers/state.h"

/* A `ready` whose form is right. */
struct ready {
    struct span instance; /* 1 to INSTANCE_MAX bytes */
    struct span actions;  /* msgpack array of str, checked */
    struct span running;  /* msgpack array of maps, checked; empty: not given */
    uint32_t window;
    bool has_barrier;
};

/* Opens or updates the contact's session. SAGA_OVERLOADED, SAGA_NO_MEMORY: it has none now. The
 * contact has no session of another instance. */
MUST_CHECK enum saga_error sessions_ready(struct peers *peers, struct contact *contact,
                                          const struct ready *ready, int64_t now_ms);
/* Ends it; its flights are LOST. `why` is a word for the log. */
void sessions_lose(struct peers *peers, struct session *session, const char *why, int64_t now_ms);
/* A message has come from it. */
void sessions_heard(struct peers *peers, struct session *session, int64_t now_ms);
/* No new tasks for anybody from now on; all are told. */
void sessions_drain(struct peers *peers, int64_t after_ms, int64_t now_ms);
void sessions_close(struct peers *peers);

#endif
