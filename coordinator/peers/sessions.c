/* sessions.c - opens, updates, replaces and ends sessions. */
#include "peers/sessions.h"

#include <stdlib.h>

#include "engine/event.h"
#include "peers/dispatch.h"
#include "peers/emit.h"
#include "peers/outbound.h"
#include "peers/running.h"

/* ---- ending ---- */

static void lose_flights(struct peers *peers, struct session *session, int64_t now_ms)
{
    while (session->flights.first) {
        struct flight *flight = session->flights.first;
        emit_flight(peers, EVENT_LOST, flight, session, now_ms);
        flights_unlink(&peers->flights, flight);
        flights_retire(&peers->flights, flight, session->instance, now_ms);
    }
    POST(session->in_flight == 0);
}

static void unlist_outranked(struct peers *peers, struct session *session)
{
    PRE(session->is_outranked);
    struct session **link = &session->instance->outranked;
    while (*link != session) {
        link = &(*link)->next_outranked;
    }
    *link = session->next_outranked;
    session->next_outranked = NULL;
    session->is_outranked = false;
    peers->outranked_count--;
}

static void end(struct peers *peers, struct session *session)
{
    PRE(session->in_flight == 0);
    if (session->is_outranked) {
        unlist_outranked(peers, session);
    } else {
        session->instance->session = NULL;
    }
    actions_drop(&peers->actions, session);
    struct session *last = peers->sessions[--peers->session_count];
    peers->sessions[session->place] = last;
    last->place = session->place;
    instances_release(&peers->instances, session->instance);
    contacts_forget(&peers->contacts, session->contact);
    free(session);
}

void sessions_lose(struct peers *peers, struct session *session, const char *why, int64_t now_ms)
{
    session_log(LOG_WARN, "session_lost", session, why);
    lose_flights(peers, session, now_ms);
    end(peers, session);
}

void sessions_silent(struct peers *peers, struct session *session, int64_t now_ms)
{
    if (session->said_bye && session->in_flight == 0) {
        session_log(LOG_INFO, "session_closed", session, "said bye");
        end(peers, session);
    } else {
        sessions_lose(peers, session, "silent", now_ms);
    }
}

/* ---- opening ---- */

static struct session *open_session(struct peers *peers, struct contact *contact,
                                    struct instance *instance, int64_t now_ms)
{
    PRE(!contact->session);
    PRE(peers->session_count < ARRAY_COUNT(peers->sessions));
    struct session *session = calloc(1, sizeof(*session));
    if (!session) {
        return NULL;
    }
    session->contact = contact;
    session->instance = instance;
    session->place = peers->session_count;
    session->seen_ms = now_ms;
    session->sent_ms = now_ms;
    session->over_ms = INT64_MAX;
    for (uint32_t i = 0; i < BAD_MAX - 1; i++) {
        session->bad_ms[i] = now_ms - BAD_MS;
    }
    contacts_promote(&peers->contacts, contact);
    contact->session = session;
    peers->sessions[peers->session_count++] = session;
    return session;
}

/* How many ms after a session was outranked a message on its connection shows that somebody still
 * speaks there: one that comes earlier may have lain in a buffer. */
static int64_t stale_ms(const struct peers *peers)
{
    return peers->options.heartbeat_ms / 4;
}

void sessions_heard(struct peers *peers, struct session *session, int64_t now_ms)
{
    int64_t ranked_ms = now_ms - session->ranked_ms;
    session->seen_ms = now_ms;
    if (session->is_doubted && ranked_ms >= peers->options.heartbeat_ms) {
        session->is_proved = true;
        peers->due_ms = now_ms;
    }
    if (session->is_outranked && !session->has_spoken && ranked_ms >= stale_ms(peers)) {
        session->has_spoken = true;
        session_log(LOG_WARN, "instance_twice", session,
                    "two connections use this name: an instance names one process");
    }
}

int64_t sessions_judged_ms(const struct peers *peers, const struct session *session)
{
    /* Until then each older connection that is alive has sent at least one heartbeat. */
    return session->is_doubted && session->is_proved
               ? session->ranked_ms + peers->options.heartbeat_ms + stale_ms(peers)
               : INT64_MAX;
}

/* ---- two connections ---- */

void sessions_judge(struct peers *peers, struct session *session, int64_t now_ms)
{
    PRE(sessions_judged_ms(peers, session) <= now_ms);
    running_untake(peers, session, now_ms);
    struct session *next = NULL;
    for (struct session *older = session->instance->outranked; older; older = next) {
        next = older->next_outranked;
        if (!older->has_spoken) {
            end(peers, older);
        }
    }
}

/* The instance has come on another connection. What was sent to it on this one is judged when the
 * other connection is believed; without `running` nothing is said of these tasks, and they are lost
 * now. */
static void outrank(struct peers *peers, struct session *session, const struct ready *ready,
                    int64_t now_ms)
{
    session_log(LOG_INFO, "session_replaced", session, "came back on another connection");
    if (ready->running.size == 0) {
        lose_flights(peers, session, now_ms);
        end(peers, session);
        return;
    }
    actions_drop(&peers->actions, session);
    session->is_closed = true;
    session->is_doubted = false;
    session->is_outranked = true;
    session->has_spoken = false;
    session->ranked_ms = now_ms;
    session->seen_ms = now_ms; /* from now on the session may be silent for dead_ms */
    session->next_outranked = session->instance->outranked;
    session->instance->outranked = session;
    session->instance->session = NULL;
    peers->outranked_count++;
}

/* Ends the latest outranked session of this instance when as many as OUTRANKED_MAX sessions of all
 * instances are outranked, so that there are never more; its flights are LOST. */
static void bound_outranked(struct peers *peers, const struct instance *instance, int64_t now_ms)
{
    if (peers->outranked_count == OUTRANKED_MAX && instance->outranked) {
        sessions_lose(peers, instance->outranked, "too many connections came back", now_ms);
    }
    POST(peers->outranked_count < OUTRANKED_MAX);
}

static enum saga_error update(struct peers *peers, struct session *session,
                              const struct ready *ready, int64_t now_ms)
{
    enum saga_error rc = actions_set(&peers->actions, session, ready->actions);
    if (rc != SAGA_OK) {
        sessions_lose(peers, session, "out of memory", now_ms);
        return rc;
    }
    session->window = ready->window;
    session->has_barrier = ready->has_barrier;
    session->is_closed = peers->is_draining;
    session->said_bye = false;
    return SAGA_OK;
}

static void greet(struct peers *peers, struct session *session, int64_t now_ms)
{
    outbound_welcome(peers, session, now_ms);
    if (peers->is_draining) {
        int64_t left_ms = peers->drained_ms - now_ms;
        outbound_drain(peers, session, left_ms > 0 ? left_ms : 0, now_ms);
    }
}

/* Handles another `ready` of a session that is in force: takes over its actions and its window. */
static enum saga_error renew(struct peers *peers, struct session *session,
                             const struct ready *ready, int64_t now_ms)
{
    enum saga_error rc = update(peers, session, ready, now_ms);
    if (rc == SAGA_OK) {
        greet(peers, session, now_ms);
        dispatch_session(peers, session, now_ms);
    }
    return rc;
}

/* Brings into force a session that is new or was outranked: from now on it gets the tasks of its
 * instance. */
static enum saga_error enforce(struct peers *peers, struct session *session,
                               const struct ready *ready, int64_t now_ms)
{
    struct instance *instance = session->instance;
    PRE(!instance->session);
    PRE(!session->is_outranked);
    instance->session = session;
    session->ranked_ms = now_ms;
    session->is_proved = false;
    if (peers->due_ms > now_ms + peers->options.heartbeat_ms) {
        peers->due_ms = now_ms + peers->options.heartbeat_ms;
    }
    enum saga_error rc = update(peers, session, ready, now_ms);
    if (rc != SAGA_OK) {
        return rc;
    }
    session_log_opened(session, ready->meta);
    greet(peers, session, now_ms);
    if (ready->running.size > 0) {
        running_judge(peers, session, ready->running, now_ms);
    }
    bound_outranked(peers, instance, now_ms);
    dispatch_session(peers, session, now_ms);
    return SAGA_OK;
}

static bool has_place(const struct peers *peers)
{
    return peers->session_count - peers->outranked_count < LIMIT_SESSIONS;
}

/* Handles another `ready` of an outranked session: it comes into force again, and the one in force
 * is outranked. */
static enum saga_error restore(struct peers *peers, struct session *session,
                               const struct ready *ready, int64_t now_ms)
{
    if (!session->instance->session && !has_place(peers)) {
        return SAGA_OVERLOADED;
    }
    if (session->instance->session) {
        outrank(peers, session->instance->session, ready, now_ms);
    }
    unlist_outranked(peers, session);
    return enforce(peers, session, ready, now_ms);
}

enum saga_error sessions_ready(struct peers *peers, struct contact *contact,
                               const struct ready *ready, int64_t now_ms)
{
    struct session *session = contact->session;
    if (session) {
        PRE(span_equal(instance_name(session->instance), ready->instance));
        return session->is_outranked ? restore(peers, session, ready, now_ms)
                                     : renew(peers, session, ready, now_ms);
    }
    const struct instance *known = instances_find(&peers->instances, ready->instance);
    if (known && known->session) {
        outrank(peers, known->session, ready, now_ms);
    } else if (!has_place(peers)) {
        return SAGA_OVERLOADED;
    }
    /* Looked up only now: an instance without past flights is forgotten when its session ends,
     * which may just have happened. */
    struct instance *instance = instances_take(&peers->instances, ready->instance);
    if (!instance) {
        return SAGA_NO_MEMORY;
    }
    session = open_session(peers, contact, instance, now_ms);
    if (!session) {
        instances_release(&peers->instances, instance);
        return SAGA_NO_MEMORY;
    }
    return enforce(peers, session, ready, now_ms);
}

void sessions_drain(struct peers *peers, int64_t after_ms, int64_t now_ms)
{
    peers->is_draining = true;
    peers->drained_ms = now_ms + after_ms;
    for (uint32_t i = 0; i < peers->session_count; i++) {
        peers->sessions[i]->is_closed = true;
        outbound_drain(peers, peers->sessions[i], after_ms, now_ms);
    }
}

void sessions_close(struct peers *peers)
{
    for (uint32_t i = 0; i < peers->session_count; i++) {
        free(peers->sessions[i]->actions);
        free(peers->sessions[i]->action_names);
        free(peers->sessions[i]);
    }
    peers->session_count = 0;
}
