/* inbox_memory.h - the events of the memory store, and who waits for them. */
#ifndef STORE_INBOX_MEMORY_H
#define STORE_INBOX_MEMORY_H

#include "base/map.h"
#include "store/inbox.h"

struct memory_identity;
struct memory_want;
struct memory_wait;

/* All bytes lie in the arena of the store that this is part of. */
struct inbox_memory {
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

void inbox_memory_open(struct inbox_memory *inbox);
void inbox_memory_close(struct inbox_memory *inbox);

/* SAGA_STORE_CORRUPT when an identity is there already, or what was offered is not; nothing was
 * changed then. SAGA_NO_MEMORY may leave half. */
MUST_CHECK enum saga_error inbox_memory_commit(struct inbox_memory *inbox, const struct rows *rows,
                                               struct arena *arena);

MUST_CHECK enum saga_error inbox_memory_find(const struct inbox_memory *inbox, struct span source,
                                             struct span id, struct inbox_found *found);
MUST_CHECK enum saga_error inbox_memory_load(const struct inbox_memory *inbox, uint64_t number,
                                             struct inbox_row *row);
MUST_CHECK enum saga_error inbox_memory_next(const struct inbox_memory *inbox, struct span name,
                                             uint64_t number, struct inbox_row *row);
MUST_CHECK enum saga_error inbox_memory_next_path(const struct inbox_memory *inbox,
                                                  struct span name, struct span path,
                                                  struct span *next);
/* The next step that waits behind *at: `wait->id` is left empty. false: no more. */
bool inbox_memory_wait(const struct inbox_memory *inbox, const struct wait_query *query, size_t *at,
                       struct store_wait *wait);
/* The same for any name and path. */
bool inbox_memory_any_wait(const struct inbox_memory *inbox, size_t *at, struct store_wait *wait);

#endif
