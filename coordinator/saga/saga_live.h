/* saga_live.h - what is known of a saga only until the process ends: see live.h. */
#ifndef SAGA_SAGA_LIVE_H
#define SAGA_SAGA_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/span.h"
#include "journal/moment.h"
#include "saga/asleep.h"
#include "saga/facet_live.h"

struct saga;

struct saga_live {
    /* the event at hand has moved the saga to another version of its definition */
    bool is_migrated;
    /* an event had no room for all that the saga could do: the rest is due at once */
    bool has_more;
    /* of the start request, to know a repeated one by, while the store has no row of the saga
     * yet */
    uint8_t digest[32];
    bool has_digest;
    struct heap_node timers[TIMELINE_COUNT];
    /* the next one in the list of sagas that wait to leave memory */
    struct saga *next_leaving;
    /* the saga leaves when the batch with this number has been released */
    uint64_t leave_serial;
    uint64_t touched_serial; /* number of the batch that the saga's last turn wrote into */
    struct moment touched;   /* the time of the saga's last turn */
    struct asleep asleep;    /* until when it sleeps, as its newest head in the store says */
    bool is_leaving;
    /* an open saga stays in memory until then, for its client will likely go on */
    int64_t lingers_ms;
    /* an effect of the saga has yet to make something durable, such as a child's start: see
     * engine/leave.c */
    bool owes;
    /* bytes of the saga's memory that hold what heartbeats have told */
    size_t details_size;
    /* names of events that its steps will wait for, as the store was told them */
    struct span *wants;
    uint32_t want_count;
    uint32_t want_capacity;
    /* loaded from the store, and proceed() has not looked at the saga since: it is due at once */
    bool must_proceed;
    struct saga_facets facets;
    /* loaded, and has ended, which its parent may not have heard of: it is due at once */
    bool is_untold;
};

#endif
