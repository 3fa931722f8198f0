/* slots.c - a slot is held by an open flight: each function here ends one, and lets what waits use
 * the slot. */
#include "peers/slots.h"

#include "engine/effect_kind.h"
#include "engine/event.h"
#include "peers/dispatch.h"
#include "peers/emit.h"
#include "peers/outbound.h"

struct session *slots_answered(struct peers *peers, const struct result *result)
{
    struct flight *flight = flights_find(&peers->flights, result->key, result->attempt);
    if (!flight || flight->state == FLIGHT_WAITING) {
        return NULL;
    }
    if (flight->has_token && memcmp(flight->token, result->token, TOKEN_SIZE) != 0) {
        return NULL;
    }
    struct session *session = flight->session;
    flights_forget(&peers->flights, flight);
    return session;
}

/* Forgets the flight that is still open although the engine has its answer: so it is when a
 * `ready` names an attempt that was answered before, for the answer does not come again. */
void slots_done(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    struct flight *flight = flights_find(&peers->flights, effect->call.key, effect->call.attempt);
    if (flight && flight->state == FLIGHT_OPEN) {
        struct session *session = flight->session;
        flights_forget(&peers->flights, flight);
        dispatch_session(peers, session, now_ms);
    }
}

/* What was called off and gave no answer in its time gives its slot back: else a participant that
 * hangs on tasks that nobody wants any more would lose its window, one slot after the other. */
void slots_end(struct peers *peers, struct session *session, int64_t now_ms)
{
    struct flight *next = NULL;
    session->over_ms = INT64_MAX;
    for (struct flight *flight = session->flights.first; flight; flight = next) {
        next = flight->next;
        if (flight->over_ms <= now_ms) {
            flights_unlink(&peers->flights, flight);
            flights_retire(&peers->flights, flight, session->instance, now_ms);
        } else if (session->over_ms > flight->over_ms) {
            session->over_ms = flight->over_ms;
        }
    }
    POST(session->over_ms > now_ms);
    dispatch_session(peers, session, now_ms);
}

/* The session to which `cancel` is sent: of an open flight its own, of a past one that of its
 * instance; without a flight, the session of effect->ref, or if that is 0 any of the action's
 * service. NULL: there is none. */
static struct session *session_to_tell(const struct peers *peers, const struct flight *flight,
                                       const struct effect *effect)
{
    if (flight) {
        return flight->state == FLIGHT_OPEN ? flight->session : flight->instance->session;
    }
    if (effect->ref == 0) {
        return actions_any(&peers->actions, effect->call.action);
    }
    const struct contact *contact = contacts_of_ref(&peers->contacts, effect->ref);
    return contact ? contact->session : NULL;
}

/* Lets a cancelled flight keep its slot until over_ms at most, so that a participant that does not
 * answer cannot hold the slot for ever. */
static void limit_slot(struct peers *peers, struct flight *flight, int64_t over_ms, int64_t now_ms)
{
    struct session *session = flight->session;
    flight->over_ms = over_ms;
    if (session->over_ms > over_ms) {
        session->over_ms = over_ms;
    }
    if (peers->due_ms > session->over_ms) {
        peers->due_ms = session->over_ms;
    }
    if (over_ms <= now_ms) {
        slots_end(peers, session, now_ms);
    }
}

void slots_cancel(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    PRE(effect->kind == EFFECT_CANCEL);
    struct flight *flight = flights_find(&peers->flights, effect->call.key, effect->call.attempt);
    if (flight && flight->state == FLIGHT_WAITING) {
        emit_flight(peers, EVENT_UNTAKEN, flight, NULL, now_ms);
        flights_forget(&peers->flights, flight);
        return;
    }
    struct session *session = session_to_tell(peers, flight, effect);
    if (!session) {
        return;
    }
    outbound_cancel(peers, session, effect, now_ms);
    if (flight && flight->state == FLIGHT_OPEN) {
        limit_slot(peers, flight, effect->call.over_ms, now_ms);
    }
}
