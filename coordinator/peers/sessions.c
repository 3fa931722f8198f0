/* sessions.c - opens, updates, replaces and ends sessions. */
#include "peers/sessions.h"

#include <stdlib.h>

#include "peers/dispatch.h"
#include "peers/emit.h"
#include "peers/outbound.h"
#include "peers/running.h"

/* ---- ending ---- */

/* Its flights become past. is_lost: says that they are LOST; else what will be said of them is yet
 * to be seen. */
static void retire_flights(struct peers *peers, struct session *session, bool is_lost,
                           int64_t now_ms)
{
    while (session->flights.first) {
        struct flight *flight = session->flights.first;
        if (is_lost) {
            emit_flight(peers, EVENT_LOST, flight, session, now_ms);
        }
        flights_unlink(&peers->flights, flight);
        flights_retire(&peers->flights, flight, session->instance, now_ms);
        flight->is_unsaid = !is_lost;
    }
    for (struct flight *past = session->instance->past.first; past && is_lost; past = past->next) {
        if (past->is_unsaid) {
            emit_flight(peers, EVENT_LOST, past, session, now_ms);
        }
        past->is_unsaid = false;
    }
    POST(session->in_flight == 0);
}

/* The session must have no flights; its instance may stay, for its past flights. */
static void end(struct peers *peers, struct session *session)
{
    PRE(session->in_flight == 0);
    actions_drop(&peers->actions, session);
    struct session *last = peers->sessions[--peers->session_count];
    peers->sessions[session->place] = last;
    last->place = session->place;
    session->instance->session = NULL;
    instances_release(&peers->instances, session->instance);
    contacts_forget(&peers->contacts, session->contact);
    free(session);
}

void sessions_lose(struct peers *peers, struct session *session, const char *why, int64_t now_ms)
{
    session_log(LOG_WARN, "session_lost", session, why);
    retire_flights(peers, session, true, now_ms);
    end(peers, session);
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
    session->opened_ms = now_ms;
    session->over_ms = INT64_MAX;
    for (uint32_t i = 0; i < BAD_MAX - 1; i++) {
        session->bad_ms[i] = now_ms - BAD_MS;
    }
    contacts_promote(&peers->contacts, contact);
    contact->session = session;
    instance->session = session;
    peers->sessions[peers->session_count++] = session;
    int64_t due_ms = now_ms + peers->options.heartbeat_ms;
    if (due_ms < peers->due_ms) {
        peers->due_ms = due_ms;
    }
    return session;
}

void sessions_heard(struct peers *peers, struct session *session, int64_t now_ms)
{
    session->seen_ms = now_ms;
    if (session->is_doubted && now_ms - session->opened_ms >= peers->options.heartbeat_ms) {
        session->is_proved = true;
        peers->due_ms = now_ms;
    }
}

/* The instance has come on another connection. */
static void end_earlier(struct peers *peers, struct session *session, const struct ready *ready,
                        int64_t now_ms)
{
    session_log(LOG_INFO, "session_replaced", session, "came back on another connection");
    retire_flights(peers, session, ready->running.size == 0, now_ms);
    end(peers, session);
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

/* `ready` again, on the same connection. */
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

/* A session of the instance, in place of an earlier one if there is one. */
static struct session *replace(struct peers *peers, struct contact *contact,
                               const struct ready *ready, int64_t now_ms)
{
    struct instance *instance = instances_take(&peers->instances, ready->instance);
    if (instance && instance->session) {
        end_earlier(peers, instance->session, ready, now_ms);
        /* Without past flights the instance has gone with its session. */
        instance = instances_take(&peers->instances, ready->instance);
    }
    struct session *session = instance ? open_session(peers, contact, instance, now_ms) : NULL;
    if (!session && instance) {
        instances_release(&peers->instances, instance);
    }
    return session;
}

enum saga_error sessions_ready(struct peers *peers, struct contact *contact,
                               const struct ready *ready, int64_t now_ms)
{
    if (contact->session) {
        PRE(span_equal(instance_name(contact->session->instance), ready->instance));
        return renew(peers, contact->session, ready, now_ms);
    }
    const struct instance *known = instances_find(&peers->instances, ready->instance);
    bool is_replacing = known && known->session;
    if (!is_replacing && peers->session_count == LIMIT_SESSIONS) {
        return SAGA_OVERLOADED;
    }
    struct session *session = replace(peers, contact, ready, now_ms);
    if (!session) {
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = update(peers, session, ready, now_ms);
    if (rc != SAGA_OK) {
        return rc;
    }
    session_log(LOG_INFO, "session_opened", session, "ready");
    greet(peers, session, now_ms);
    if (ready->running.size > 0) {
        running_judge(peers, session, ready->running, is_replacing, now_ms);
    }
    dispatch_session(peers, session, now_ms);
    return SAGA_OK;
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
