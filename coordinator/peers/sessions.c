/* sessions.c - the life of a session: opened by `ready`, kept by any message, ended by silence.
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
 *   ... without `running`            LOST, if that was not said before
 *
 * A `ready` that comes while the instance has a session may be an old one that its former
 * connection still brings: it does not know what was taken since. So UNTAKEN is not said before the
 * new session was heard of heartbeat_ms after its opening; if it falls silent before that, LOST is.
 * If the other connection speaks, it is asked who it is, and its own `ready` names what it has
 * taken. */
#include <stdlib.h>

#include "base/log.h"
#include "peers/parts.h"

bool sessions_has_room(const struct peers *peers, const struct session *session, int64_t now_ms)
{
    return session->in_flight < session->window && !session->is_leaving && !peers->is_draining &&
           session->stalled_until_ms <= now_ms;
}

/* ---- instances ---- */

static struct instance *take_instance(struct peers *peers, struct span name)
{
    PRE(name.size <= INSTANCE_MAX);
    struct instance *instance = map_get(&peers->instances, name);
    if (instance) {
        return instance;
    }
    instance = calloc(1, sizeof(*instance));
    if (!instance) {
        return NULL;
    }
    instance->name_size = (uint32_t)name.size;
    memcpy(instance->name, name.data, name.size);
    if (map_put(&peers->instances, span_of(instance->name, name.size), instance) != SAGA_OK) {
        free(instance);
        return NULL;
    }
    return instance;
}

void sessions_release_instance(struct peers *peers, struct instance *instance)
{
    if (instance->session || instance->past.first) {
        return;
    }
    struct span name = span_of(instance->name, instance->name_size);
    CHECK(map_drop(&peers->instances, name) == instance);
    free(instance);
}

/* ---- actions ---- */

static void drop_actions(struct peers *peers, struct session *session)
{
    for (uint32_t i = 0; i < session->action_count; i++) {
        actions_withdraw(session->actions[i], session);
        actions_release(peers, session->actions[i]);
    }
    free(session->actions);
    free(session->action_names);
    session->actions = NULL;
    session->action_names = NULL;
    session->action_count = 0;
}

static bool offers(const struct session *session, const struct action *action)
{
    for (uint32_t i = 0; i < session->action_count; i++) {
        if (session->actions[i] == action) {
            return true;
        }
    }
    return false;
}

/* On failure the session offers fewer actions than it said; the caller ends it. */
static enum saga_error set_actions(struct peers *peers, struct session *session,
                                   struct span actions)
{
    struct mp mp = mp_open(actions);
    uint32_t count = mp_array(&mp);
    drop_actions(peers, session);
    session->actions = calloc(count + 1u, sizeof(struct action *));
    session->action_names = calloc(count + 1u, sizeof(*session->action_names));
    if (!session->actions || !session->action_names) {
        return SAGA_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct action *action = actions_take(peers, mp_str(&mp));
        if (!action) {
            return SAGA_NO_MEMORY;
        }
        if (offers(session, action)) {
            actions_release(peers, action);
            continue;
        }
        if (actions_offer(action, session) != SAGA_OK) {
            actions_release(peers, action);
            return SAGA_NO_MEMORY;
        }
        session->action_names[session->action_count] = span_of(action->name, action->name_size);
        session->actions[session->action_count++] = action;
    }
    return SAGA_OK;
}

/* ---- ending ---- */

/* Its flights become past; says that they are LOST, unless what will be said of them is yet to be
 * seen. */
static void retire_flights(struct peers *peers, struct session *session, bool is_lost,
                           int64_t now_ms)
{
    while (session->flights.first) {
        struct flight *flight = session->flights.first;
        if (is_lost) {
            peers_emit_flight(peers, EVENT_LOST, flight, session, now_ms);
        }
        flights_unlink(peers, flight);
        flights_retire(peers, flight, session->instance, now_ms);
        flight->is_unsaid = !is_lost;
    }
    for (struct flight *past = session->instance->past.first; past && is_lost; past = past->next) {
        if (past->is_unsaid) {
            peers_emit_flight(peers, EVENT_LOST, past, session, now_ms);
        }
        past->is_unsaid = false;
    }
    POST(session->in_flight == 0);
}

/* The session must have no flights; its instance may stay, for its past flights. */
static void end(struct peers *peers, struct session *session)
{
    PRE(session->in_flight == 0);
    drop_actions(peers, session);
    struct session *last = peers->sessions[--peers->session_count];
    peers->sessions[session->place] = last;
    last->place = session->place;
    session->instance->session = NULL;
    sessions_release_instance(peers, session->instance);
    contacts_forget(peers, session->contact);
    free(session);
}

static void log_session(enum log_level level, const char *event, const struct session *session,
                        const char *why)
{
    char name[INSTANCE_MAX + 1];
    memcpy(name, session->instance->name, session->instance->name_size);
    name[session->instance->name_size] = '\0';
    log_line(level, event, "instance", name, "why", why, NULL);
}

void sessions_lose(struct peers *peers, struct session *session, const char *why, int64_t now_ms)
{
    log_session(LOG_WARN, "session_lost", session, why);
    retire_flights(peers, session, true, now_ms);
    end(peers, session);
}

bool sessions_count_bad(struct session *session, int64_t now_ms)
{
    bool is_last = now_ms - session->bad_ms[0] < BAD_MS;
    for (uint32_t i = 1; i < BAD_MAX - 1; i++) {
        session->bad_ms[i - 1] = session->bad_ms[i];
    }
    session->bad_ms[BAD_MAX - 2] = now_ms;
    return is_last;
}

/* ---- opening ---- */

static struct session *open_session(struct peers *peers, struct contact *contact,
                                    struct instance *instance, int64_t now_ms)
{
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
    contacts_promote(peers, contact);
    contact->session = session;
    instance->session = session;
    peers->sessions[peers->session_count++] = session;
    int64_t due_ms = now_ms + peers->options.heartbeat_ms;
    if (due_ms < peers->due_ms) {
        peers->due_ms = due_ms;
    }
    return session;
}

/* One element of `running`: an attempt that the instance has, or has answered. */
static void adopt(struct peers *peers, struct session *session, const struct message *part,
                  int64_t now_ms)
{
    struct span key = fields_text(part, WIRE_KEY_KEY);
    int64_t attempt = fields_int(part, WIRE_KEY_ATTEMPT, 0);
    if (key.size == 0 || key.size > LIMIT_KEY || attempt < 1 || attempt > UINT32_MAX) {
        return;
    }
    struct flight *flight = flights_find(peers, key, (uint32_t)attempt);
    if (!flight) {
        flight = flights_new(peers, key, (uint32_t)attempt);
    } else if (flight->state == FLIGHT_PAST) {
        flights_unlink(peers, flight);
    } else {
        return; /* it is with another session, or has not left at all: this cannot be true */
    }
    if (!flight) {
        return;
    }
    flights_open(peers, flight, session);
    peers_emit_flight(peers, EVENT_ADOPT, flight, session, now_ms);
}

static void judge_running(struct peers *peers, struct session *session, struct span running,
                          bool is_replacing, int64_t now_ms)
{
    struct message part;
    const char *why;
    struct mp mp = mp_open(running);
    uint32_t count = mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        if (fields_part(&peers->fields, mp_skip(&mp), WIRE_PART_RUNNING, &part, &why) == SAGA_OK) {
            adopt(peers, session, &part, now_ms);
        }
    }
    struct flight *past = session->instance->past.first;
    for (; past != NULL; past = past->next) {
        past->is_unnamed = true;
    }
    session->is_doubted = is_replacing;
    if (!is_replacing) {
        sessions_untake(peers, session, now_ms);
    }
}

void sessions_heard(struct peers *peers, struct session *session, int64_t now_ms)
{
    session->seen_ms = now_ms;
    if (session->is_doubted && now_ms - session->opened_ms >= peers->options.heartbeat_ms) {
        session->is_proved = true;
        peers->due_ms = now_ms;
    }
}

void sessions_untake(struct peers *peers, struct session *session, int64_t now_ms)
{
    struct flight *next = NULL;
    session->is_doubted = false;
    for (struct flight *past = session->instance->past.first; past != NULL; past = next) {
        next = past->next;
        if (past->is_unnamed) {
            peers_emit_flight(peers, EVENT_UNTAKEN, past, session, now_ms);
            flights_forget(peers, past);
        }
    }
}

/* What is left of the instance's or the connection's session before this one. */
static void end_earlier(struct peers *peers, struct session *session, const struct ready *ready,
                        int64_t now_ms)
{
    log_session(LOG_INFO, "session_replaced", session, "came back on another connection");
    retire_flights(peers, session, ready->running.size == 0, now_ms);
    end(peers, session);
}

static enum saga_error update(struct peers *peers, struct session *session,
                              const struct ready *ready, int64_t now_ms)
{
    enum saga_error rc = set_actions(peers, session, ready->actions);
    if (rc != SAGA_OK) {
        sessions_lose(peers, session, "out of memory", now_ms);
        return rc;
    }
    session->window = ready->window;
    session->has_barrier = ready->has_barrier;
    session->is_leaving = false;
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

enum saga_error sessions_ready(struct peers *peers, struct contact *contact,
                               const struct ready *ready, int64_t now_ms)
{
    struct instance *instance = take_instance(peers, ready->instance);
    if (!instance) {
        return SAGA_NO_MEMORY;
    }
    if (contact->session && contact->session->instance == instance) {
        enum saga_error rc = update(peers, contact->session, ready, now_ms);
        if (rc == SAGA_OK) {
            greet(peers, contact->session, now_ms);
            dispatch_session(peers, contact->session, now_ms);
        }
        return rc;
    }
    PRE(!contact->session);
    struct session *earlier = instance->session;
    if (!earlier && peers->session_count == LIMIT_SESSIONS) {
        sessions_release_instance(peers, instance);
        return SAGA_OVERLOADED;
    }
    if (earlier) {
        end_earlier(peers, earlier, ready, now_ms);
        /* It may have gone with its session when it had no flights. */
        instance = take_instance(peers, ready->instance);
    }
    struct session *session = instance ? open_session(peers, contact, instance, now_ms) : NULL;
    if (!session) {
        if (instance) {
            sessions_release_instance(peers, instance);
        }
        return SAGA_NO_MEMORY;
    }
    enum saga_error rc = update(peers, session, ready, now_ms);
    if (rc != SAGA_OK) {
        return rc;
    }
    log_session(LOG_INFO, "session_opened", session, "ready");
    greet(peers, session, now_ms);
    if (ready->running.size > 0) {
        judge_running(peers, session, ready->running, earlier != NULL, now_ms);
    }
    dispatch_session(peers, session, now_ms);
    return SAGA_OK;
}

void sessions_close(struct peers *peers)
{
    for (uint32_t i = 0; i < peers->session_count; i++) {
        free(peers->sessions[i]->actions);
        free(peers->sessions[i]->action_names);
        free(peers->sessions[i]);
    }
    size_t at = 0;
    void *entry;
    while ((entry = map_next(&peers->instances, &at)) != NULL) {
        free(entry);
    }
    map_close(&peers->instances);
    at = 0;
    struct action *action;
    while ((action = map_next(&peers->actions, &at)) != NULL) {
        free(action->sessions);
        free(action);
    }
    map_close(&peers->actions);
}
