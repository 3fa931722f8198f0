/* running.c - walks a `running`, a msgpack array of maps with key and attempt. */
#include "peers/running.h"

#include "engine/event.h"
#include "peers/emit.h"

const char *running_check(const struct fields *fields, struct span running)
{
    struct message part;
    const char *why = NULL;
    struct mp mp = mp_open(running);
    uint32_t count = running.size == 0 ? 0 : mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        if (fields_part(fields, mp_skip(&mp), WIRE_PART_RUNNING, &part, &why) != SAGA_OK) {
            return why;
        }
    }
    return NULL;
}

/* Reads the key and the attempt of one element; false: no task can have this attempt number. */
static bool read_name(const struct message *part, struct span *key, uint32_t *attempt)
{
    int64_t number = fields_int(part, WIRE_KEY_ATTEMPT, 0);
    *key = fields_text(part, WIRE_KEY_KEY);
    *attempt = (uint32_t)number;
    return number >= 1 && number <= UINT32_MAX;
}

/* May an attempt that the instance names be its own? A past attempt may, and so may one that is
 * open at another connection of the same instance. */
static bool is_adoptable(const struct flight *flight, const struct session *session)
{
    switch (flight->state) {
    case FLIGHT_WAITING:
        return false; /* the attempt has not left: the naming cannot be true */
    case FLIGHT_OPEN:
        return flight->session != session && flight->session->instance == session->instance;
    case FLIGHT_PAST:
        return true;
    }
    return false;
}

/* Takes one element of `running`, an attempt that the instance works on or has answered: its flight
 * becomes open at the session, and the engine is told ADOPT. An element that names no possible
 * attempt is skipped. false: no memory. */
static bool adopt(struct peers *peers, struct session *session, const struct message *part,
                  int64_t now_ms)
{
    struct span key;
    uint32_t attempt = 0;
    if (!read_name(part, &key, &attempt) || key.size == 0 || key.size > LIMIT_KEY) {
        return true;
    }
    struct flight *flight = flights_find(&peers->flights, key, attempt);
    if (flight && !is_adoptable(flight, session)) {
        return true;
    }
    if (flight) {
        flights_unlink(&peers->flights, flight);
    } else {
        flight = flights_new(&peers->flights, key, attempt);
    }
    if (flight) {
        flights_open(&peers->flights, flight, session);
        emit_flight(peers, EVENT_ADOPT, flight, session, now_ms);
    }
    return flight != NULL;
}

void running_judge(struct peers *peers, struct session *session, struct span running,
                   int64_t now_ms)
{
    PRE(running.size > 0);
    PRE(session->instance->session == session);
    struct message part;
    const char *why;
    struct mp mp = mp_open(running);
    uint32_t count = mp_array(&mp);
    session->has_named_all = true;
    for (uint32_t i = 0; i < count; i++) {
        if (fields_part(&peers->fields, mp_skip(&mp), WIRE_PART_RUNNING, &part, &why) == SAGA_OK) {
            session->has_named_all &= adopt(peers, session, &part, now_ms);
        }
    }
    for (struct flight *past = session->instance->past.first; past; past = past->next) {
        past->is_unnamed = true;
    }
    session->is_doubted = session->instance->outranked != NULL;
    if (!session->is_doubted) {
        running_untake(peers, session, now_ms);
    }
}

/* Was the flight sent on an older connection on which somebody still speaks? */
static bool is_spoken_for(const struct peers *peers, const struct flight *flight)
{
    const struct contact *contact = contacts_of_ref(&peers->contacts, flight->ref);
    return contact && contact->session && contact->session->is_outranked &&
           contact->session->has_spoken;
}

static void untake(struct peers *peers, struct flight *flight, const struct session *session,
                   int64_t now_ms)
{
    emit_flight(peers, EVENT_UNTAKEN, flight, session, now_ms);
    flights_forget(&peers->flights, flight);
}

/* Tells the engine that the instance has come back and named all that it has: the engine alone
 * knows which attempts it sent there before the coordinator's own restart. */
static void tell_returned(const struct peers *peers, const struct session *session, int64_t now_ms)
{
    struct event event = {.kind = EVENT_RETURNED, .now_ms = now_ms, .ref = session->contact->ref};
    event.returned = instance_name(session->instance);
    emit_event(peers, &event);
}

void running_untake(struct peers *peers, struct session *session, int64_t now_ms)
{
    const struct instance *instance = session->instance;
    struct flight *next = NULL;
    session->is_doubted = false;
    for (struct flight *past = instance->past.first; past; past = next) {
        next = past->next;
        if (past->is_unnamed && !is_spoken_for(peers, past)) {
            untake(peers, past, session, now_ms);
        }
    }
    for (struct session *older = instance->outranked; older; older = older->next_outranked) {
        while (!older->has_spoken && older->flights.first) {
            untake(peers, older->flights.first, session, now_ms);
        }
    }
    if (session->has_named_all) {
        tell_returned(peers, session, now_ms);
    }
}

/* Is each attempt's `details` of a size that the next attempt can carry? */
bool running_details_fit(struct span running)
{
    struct mp mp = mp_open(running);
    uint32_t count = running.size > LIMIT_VALUE ? mp_array(&mp) : 0;
    for (uint32_t i = 0; i < count; i++) {
        struct span details = mp_find(mp_skip(&mp), span_text("details"));
        if (details.size > LIMIT_VALUE) {
            return false;
        }
    }
    return true;
}

/* Is the attempt open at this session? Only then may its heartbeat prolong it: not if it is at
 * another session or has timed out. */
static bool has_flight(const struct peers *peers, const struct session *session, struct span key,
                       uint32_t attempt)
{
    const struct flight *flight = flights_find(&peers->flights, key, attempt);
    return flight && flight->state == FLIGHT_OPEN && flight->session == session;
}

void running_beat(const struct peers *peers, const struct session *session, struct span running,
                  int64_t now_ms)
{
    struct message part;
    const char *why;
    struct mp mp = mp_open(running);
    uint32_t count = running.size == 0 ? 0 : mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct event event = {.kind = EVENT_BEAT, .now_ms = now_ms, .ref = session->contact->ref};
        struct span map = mp_skip(&mp);
        if (fields_part(&peers->fields, map, WIRE_PART_RUNNING, &part, &why) == SAGA_OK &&
            read_name(&part, &event.task.key, &event.task.attempt) &&
            has_flight(peers, session, event.task.key, event.task.attempt)) {
            event.task.details = part.value[WIRE_KEY_DETAILS];
            emit_event(peers, &event);
        }
    }
}
