/* flight.c - the name of a flight, and the lists that flights stand in. */
#include "peers/flight.h"

#include "base/check.h"

/* The four bytes of the attempt come first, so that the names of attempts at one key differ early
 * when they are hashed. */
uint32_t flight_write_name(uint8_t *name, struct span key, uint32_t attempt)
{
    PRE(key.size <= LIMIT_KEY);
    memcpy(name, &attempt, 4);
    if (key.size > 0) {
        memcpy(name + 4, key.data, key.size);
    }
    return (uint32_t)(4 + key.size);
}

struct span flight_name(const struct flight *flight)
{
    return span_of(flight->name, flight->name_size);
}

struct span flight_key(const struct flight *flight)
{
    PRE(flight->name_size >= 4);
    return span_of(flight->name + 4, flight->name_size - 4);
}

void flight_append(struct flight_list *list, struct flight *flight)
{
    flight->prev = list->last;
    flight->next = NULL;
    if (!list->last) {
        list->first = flight;
    } else {
        list->last->next = flight;
    }
    list->last = flight;
    POST(list->first != NULL);
}

void flight_cut(struct flight_list *list, struct flight *flight)
{
    if (!flight->prev) {
        PRE(list->first == flight);
        list->first = flight->next;
    } else {
        flight->prev->next = flight->next;
    }
    if (!flight->next) {
        PRE(list->last == flight);
        list->last = flight->prev;
    } else {
        flight->next->prev = flight->prev;
    }
    flight->prev = NULL;
    flight->next = NULL;
}
