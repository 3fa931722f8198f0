/* event_delivery.h - an event of the inbox, while it is offered to one step that waits. */
#ifndef ENGINE_EVENT_DELIVERY_H
#define ENGINE_EVENT_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct event_delivery {
    struct span saga; /* external id of the saga that the event is offered to */
    uint32_t step;    /* the step's index in the saga */
    struct span name;
    uint64_t number;
    struct span event; /* the whole event as a msgpack map, see event_value_put() */
    int64_t came_ms;   /* running time at which the event came into the inbox */
    bool *is_taken;    /* set by the engine: has the step taken the event? */
};

#endif
