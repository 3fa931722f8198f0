/* memory_events.h - the events of the memory store, and the steps that wait for events. */
#ifndef STORE_MEMORY_EVENTS_H
#define STORE_MEMORY_EVENTS_H

#include "base/map.h"
#include "store/inbox.h"

struct memory_identity;
struct memory_want;
struct memory_wait;

/* All bytes lie in the arena of the store that this is part of. */
struct memory_events {
    struct inbox_row *events; /* owned; ascending by number */
    size_t event_count;
    size_t event_capacity;
    struct map identities; /* source, a zero byte, id -> struct memory_identity */
    /* Events that sagas will wait for, so that these events are kept; owned. */
    struct memory_want *wants;
    size_t want_count;
    size_t want_capacity;
    struct memory_wait *waits; /* owned; ascending by saga and step */
    size_t wait_count;
    size_t wait_capacity;
    uint64_t last;    /* the greatest number that an event has got */
    uint64_t offered; /* events up to this number have been offered to all steps that wait */
};

void memory_events_open(struct memory_events *inbox);
void memory_events_close(struct memory_events *inbox);

/* Applies the events of a batch and the changes of waits. SAGA_STORE_CORRUPT: a new event has the
 * source and id of a known one, or an event that the batch calls offered is not known; nothing was
 * changed then. SAGA_NO_MEMORY: a part may have been applied. */
MUST_CHECK enum saga_error memory_events_commit(struct memory_events *inbox,
                                                const struct rows *rows, struct arena *arena);

MUST_CHECK enum saga_error memory_events_find(const struct memory_events *inbox, struct span source,
                                              struct span id, struct inbox_found *found);
MUST_CHECK enum saga_error memory_events_load(const struct memory_events *inbox, uint64_t number,
                                              struct inbox_row *row);
MUST_CHECK enum saga_error memory_events_next(const struct memory_events *inbox, struct span name,
                                              uint64_t number, struct inbox_row *row);
MUST_CHECK enum saga_error memory_events_next_path(const struct memory_events *inbox,
                                                   struct span name, struct span path,
                                                   struct span *next);
/* The next waiting step that the query selects, from index *at on, which is moved on; `wait->id`
 * stays empty. false: there is no further one. */
bool memory_events_wait(const struct memory_events *inbox, const struct wait_query *query,
                        size_t *at, struct store_wait *wait);
/* The next waiting step from index *at on, whatever it waits for; *at is moved on. false: there is
 * no further one. */
bool memory_events_any_wait(const struct memory_events *inbox, size_t *at, struct store_wait *wait);

#endif
