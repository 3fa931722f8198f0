/* flights.c - the attempts that are here: waiting for a window, open at a session, or past.
 *
 * A past flight is one that no longer counts but may still be spoken of: its session was lost or it
 * timed out, and its instance may come back and say whether it took it. They are bounded in number
 * and in time; what is forgotten stays in doubt, which is always safe.
 *
 * A flight is found by its name, attempt and key: a participant that comes back names no tokens. */
#include <stdlib.h>

#include "peers/parts.h"

/* The four bytes of the attempt come first: attempts of one key then part early in the hash. */
static uint32_t write_name(uint8_t *name, struct span key, uint32_t attempt)
{
    PRE(key.size <= LIMIT_KEY);
    memcpy(name, &attempt, 4);
    if (key.size > 0) {
        memcpy(name + 4, key.data, key.size);
    }
    return (uint32_t)(4 + key.size);
}

struct span flights_key(const struct flight *flight)
{
    return span_of(flight->name + 4, flight->name_size - 4);
}

struct flight *flights_find(const struct peers *peers, struct span key, uint32_t attempt)
{
    uint8_t name[4 + LIMIT_KEY];
    if (key.size > LIMIT_KEY) {
        return NULL;
    }
    uint32_t size = write_name(name, key, attempt);
    return map_get(&peers->flights, span_of(name, size));
}

static void append(struct flight_list *list, struct flight *flight)
{
    flight->prev = list->last;
    flight->next = NULL;
    if (!list->last) {
        list->first = flight;
    } else {
        list->last->next = flight;
    }
    list->last = flight;
}

static void cut(struct flight_list *list, struct flight *flight)
{
    if (!flight->prev) {
        list->first = flight->next;
    } else {
        flight->prev->next = flight->next;
    }
    if (!flight->next) {
        list->last = flight->prev;
    } else {
        flight->next->prev = flight->prev;
    }
    flight->prev = NULL;
    flight->next = NULL;
}

struct flight *flights_new(struct peers *peers, struct span key, uint32_t attempt)
{
    if (key.size > LIMIT_KEY) {
        return NULL;
    }
    struct flight *flight = peers->free_flights;
    if (flight) {
        peers->free_flights = flight->next;
        peers->free_flight_count--;
    } else {
        flight = malloc(sizeof(*flight));
        if (!flight) {
            return NULL;
        }
    }
    memset(flight, 0, offsetof(struct flight, name));
    flight->state = FLIGHT_WAITING;
    flight->attempt = attempt;
    flight->name_size = write_name(flight->name, key, attempt);
    if (map_put(&peers->flights, span_of(flight->name, flight->name_size), flight) != SAGA_OK) {
        free(flight);
        return NULL;
    }
    return flight;
}

static void unlink_past(struct peers *peers, struct flight *flight)
{
    cut(&flight->instance->past, flight);
    if (!flight->older) {
        peers->past_first = flight->newer;
    } else {
        flight->older->newer = flight->newer;
    }
    if (!flight->newer) {
        peers->past_last = flight->older;
    } else {
        flight->newer->older = flight->older;
    }
    flight->older = NULL;
    flight->newer = NULL;
    flight->instance = NULL;
    peers->past_count--;
}

static void unlink_waiting(struct peers *peers, struct flight *flight)
{
    if (!flight->is_listed) {
        return;
    }
    struct action *action = flight->action;
    cut(flight->is_urgent ? &action->urgent : &action->plain, flight);
    flight->is_listed = false;
    flight->action = NULL;
    peers->waiting_count--;
    actions_release(peers, action);
}

void flights_unlink(struct peers *peers, struct flight *flight)
{
    switch (flight->state) {
    case FLIGHT_WAITING:
        unlink_waiting(peers, flight);
        break;
    case FLIGHT_OPEN:
        if (!flight->session) {
            break;
        }
        cut(&flight->session->flights, flight);
        CHECK(flight->session->in_flight > 0);
        flight->session->in_flight--;
        flight->session = NULL;
        peers->open_count--;
        break;
    case FLIGHT_PAST:
        if (flight->instance) {
            unlink_past(peers, flight);
        }
        break;
    }
}

void flights_forget(struct peers *peers, struct flight *flight)
{
    struct instance *instance = flight->state == FLIGHT_PAST ? flight->instance : NULL;
    flights_unlink(peers, flight);
    CHECK(map_drop(&peers->flights, span_of(flight->name, flight->name_size)) == flight);
    if (peers->free_flight_count < FREE_MAX) {
        flight->next = peers->free_flights;
        peers->free_flights = flight;
        peers->free_flight_count++;
    } else {
        free(flight);
    }
    if (instance) {
        sessions_release_instance(peers, instance);
    }
}

void flights_wait(struct peers *peers, struct flight *flight, struct action *action)
{
    PRE(flight->task != NULL);
    flight->state = FLIGHT_WAITING;
    flight->action = action;
    flight->is_listed = true;
    flight->order = ++peers->order;
    append(flight->is_urgent ? &action->urgent : &action->plain, flight);
    peers->waiting_count++;
}

void flights_open(struct peers *peers, struct flight *flight, struct session *session)
{
    PRE(!flight->session);
    PRE(!flight->is_listed);
    flight->state = FLIGHT_OPEN;
    flight->task = NULL;
    flight->session = session;
    flight->over_ms = INT64_MAX;
    append(&session->flights, flight);
    session->in_flight++;
    peers->open_count++;
}

void flights_retire(struct peers *peers, struct flight *flight, struct instance *instance,
                    int64_t now_ms)
{
    PRE(!flight->session);
    if (peers->past_count == PAST_MAX) {
        flights_forget(peers, peers->past_first);
    }
    flight->state = FLIGHT_PAST;
    flight->instance = instance;
    flight->past_ms = now_ms;
    flight->is_unsaid = false;
    flight->is_unnamed = false;
    append(&instance->past, flight);
    flight->older = peers->past_last;
    flight->newer = NULL;
    if (!peers->past_last) {
        peers->past_first = flight;
    } else {
        peers->past_last->newer = flight;
    }
    peers->past_last = flight;
    peers->past_count++;
}

void flights_expire(struct peers *peers, int64_t now_ms)
{
    while (peers->past_first && now_ms - peers->past_first->past_ms >= PAST_MS) {
        flights_forget(peers, peers->past_first);
    }
}

void flights_close(struct peers *peers)
{
    size_t at = 0;
    for (;;) {
        struct flight *flight = map_next(&peers->flights, &at);
        if (!flight) {
            break;
        }
        free(flight);
    }
    map_close(&peers->flights);
    while (peers->free_flights) {
        struct flight *flight = peers->free_flights;
        peers->free_flights = flight->next;
        free(flight);
    }
}
