/* saga_live.h - what only this process's life knows of a saga: see live.h. */
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
    bool is_migrated;   /* moved to another version in the turn at work */
    bool has_more;      /* a turn had no room for all that could be done: due at once */
    uint8_t digest[32]; /* of the start request, while the saga's name is not durable yet */
    bool has_digest;
    struct heap_node timers[TIMELINE_COUNT];
    struct saga *next_leaving; /* waits to leave memory */
    uint64_t leave_serial;     /* until this batch has been released */
    uint64_t touched_serial;   /* batch that its newest turn is part of */
    struct moment touched;     /* the time of that turn */
    struct asleep asleep;      /* of the saga's newest head: until when it sleeps */
    bool is_leaving;
    int64_t lingers_ms;  /* an open saga: stays in memory until then, for its client may go on */
    bool owes;           /* an effect of the saga has yet to make something durable: see leave.c */
    size_t details_size; /* bytes of its memory that details of heartbeats have taken */
    struct span *wants;  /* names of events that a step will wait for, as the store knows them */
    uint32_t want_count;
    uint32_t want_capacity;
    bool must_proceed; /* loaded, and proceed() has not looked at the saga since: due at once */
    struct saga_facets facets;
    bool is_untold; /* loaded, with an end that the parent may not have heard of: due at once */
};

#endif
