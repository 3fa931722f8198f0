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
    struct map identities;     /* source, a zero byte, id -> struct memory_identity */
    struct memory_want *wants; /* owned */
    size_t want_count;
    size_t want_capacity;
    struct memory_wait *waits; /* owned; ascending by saga and step */
    size_t wait_count;
    size_t wait_capacity;
    uint64_t last;    /* greatest number given */
    uint64_t offered; /* all up to this one have been offered */
};

void memory_events_open(struct memory_events *inbox);
void memory_events_close(struct memory_events *inbox);

/* SAGA_STORE_CORRUPT when an identity is there already, or what was offered is not; nothing was
 * changed then. SAGA_NO_MEMORY may leave half. */
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
/* The next step that the query wants, from index *at on: `wait->id` is left empty. false: there is
 * none. */
bool memory_events_wait(const struct memory_events *inbox, const struct wait_query *query,
                        size_t *at, struct store_wait *wait);
/* The next step that waits, whatever the event and the path. */
bool memory_events_any_wait(const struct memory_events *inbox, size_t *at, struct store_wait *wait);

#endif
