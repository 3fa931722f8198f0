/* flights.c - a map from names to flights, the lists of their states, and a stock of free ones. */
#include "peers/flights.h"

#include <stdlib.h>

#include "peers/contacts.h"

struct flight *flights_find(const struct flights *flights, struct span key, uint32_t attempt)
{
    uint8_t name[4 + LIMIT_KEY];
    if (key.size > LIMIT_KEY) {
        return NULL;
    }
    uint32_t size = flight_write_name(name, key, attempt);
    return map_get(&flights->map, span_of(name, size));
}

struct flight *flights_new(struct flights *flights, struct span key, uint32_t attempt)
{
    if (key.size > LIMIT_KEY) {
        return NULL;
    }
    struct flight *flight = flights->free;
    if (flight) {
        flights->free = flight->next;
        flights->free_count--;
    } else {
        flight = malloc(sizeof(*flight));
        if (!flight) {
            return NULL;
        }
    }
    memset(flight, 0, offsetof(struct flight, name));
    flight->state = FLIGHT_WAITING;
    flight->attempt = attempt;
    flight->name_size = flight_write_name(flight->name, key, attempt);
    if (map_put(&flights->map, flight_name(flight), flight) != SAGA_OK) {
        free(flight);
        return NULL;
    }
    return flight;
}

static void unlink_past(struct flights *flights, struct flight *flight)
{
    flight_cut(&flight->instance->past, flight);
    if (!flight->older) {
        flights->past_first = flight->newer;
    } else {
        flight->older->newer = flight->newer;
    }
    if (!flight->newer) {
        flights->past_last = flight->older;
    } else {
        flight->newer->older = flight->older;
    }
    flight->older = NULL;
    flight->newer = NULL;
    flight->instance = NULL;
    flights->past_count--;
}

static void unlink_waiting(struct flights *flights, struct flight *flight)
{
    if (!flight->is_listed) {
        return;
    }
    struct action *action = flight->action;
    flight_cut(flight->is_urgent ? &action->urgent : &action->plain, flight);
    flight->is_listed = false;
    flight->action = NULL;
    flights->waiting_count--;
    actions_release(flights->actions, action);
}

void flights_unlink(struct flights *flights, struct flight *flight)
{
    switch (flight->state) {
    case FLIGHT_WAITING:
        unlink_waiting(flights, flight);
        break;
    case FLIGHT_OPEN:
        if (!flight->session) {
            break;
        }
        flight_cut(&flight->session->flights, flight);
        CHECK(flight->session->in_flight > 0);
        flight->session->in_flight--;
        flight->session = NULL;
        flights->open_count--;
        break;
    case FLIGHT_PAST:
        if (flight->instance) {
            unlink_past(flights, flight);
        }
        break;
    }
}

void flights_forget(struct flights *flights, struct flight *flight)
{
    struct instance *instance = flight->state == FLIGHT_PAST ? flight->instance : NULL;
    flights_unlink(flights, flight);
    CHECK(map_drop(&flights->map, flight_name(flight)) == flight);
    if (flights->free_count < FREE_MAX) {
        flight->next = flights->free;
        flights->free = flight;
        flights->free_count++;
    } else {
        free(flight);
    }
    if (instance) {
        instances_release(flights->instances, instance);
    }
}

void flights_wait(struct flights *flights, struct flight *flight, struct action *action)
{
    PRE(flight->task != NULL);
    flight->state = FLIGHT_WAITING;
    flight->action = action;
    flight->is_listed = true;
    flight->order = ++flights->order;
    flight_append(flight->is_urgent ? &action->urgent : &action->plain, flight);
    flights->waiting_count++;
}

void flights_open(struct flights *flights, struct flight *flight, struct session *session)
{
    PRE(!flight->session);
    PRE(!flight->is_listed);
    flight->state = FLIGHT_OPEN;
    flight->task = NULL;
    flight->session = session;
    flight->ref = session->contact->ref;
    flight->over_ms = INT64_MAX;
    flight_append(&session->flights, flight);
    session->in_flight++;
    flights->open_count++;
}

void flights_retire(struct flights *flights, struct flight *flight, struct instance *instance,
                    int64_t now_ms)
{
    PRE(!flight->session);
    PRE(!flight->is_listed);
    if (flights->past_count == PAST_MAX) {
        flights_forget(flights, flights->past_first);
    }
    flight->state = FLIGHT_PAST;
    flight->instance = instance;
    flight->past_ms = now_ms;
    flight->is_unnamed = false;
    flight_append(&instance->past, flight);
    flight->older = flights->past_last;
    flight->newer = NULL;
    if (!flights->past_last) {
        flights->past_first = flight;
    } else {
        flights->past_last->newer = flight;
    }
    flights->past_last = flight;
    flights->past_count++;
}

void flights_expire(struct flights *flights, int64_t now_ms)
{
    while (flights_next_due(flights) <= now_ms) {
        flights_forget(flights, flights->past_first);
    }
}

int64_t flights_next_due(const struct flights *flights)
{
    return flights->past_first ? flights->past_first->past_ms + PAST_MS : INT64_MAX;
}

void flights_close(struct flights *flights)
{
    size_t at = 0;
    for (struct flight *flight; (flight = map_next(&flights->map, &at)) != NULL;) {
        free(flight);
    }
    map_close(&flights->map);
    while (flights->free) {
        struct flight *flight = flights->free;
        flights->free = flight->next;
        free(flight);
    }
}
