/* inbox.h - what the store tells of events, and of who waits for them.
 *
 * All are reads of the loop's own thread, and see what is durable; nothing here changes anything:
 * that is for the rows of a batch. SAGA_STORE_FAILED from each once the store has failed. */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "store/store.h"

/* What the store knows of an event that came earlier with the same source and id: the answer when a
 * sender sends an event again. */
struct inbox_found {
    uint64_t number;
    /* The event has been offered to all steps and triggers; only then `delivered` and `started` are
     * known. */
    bool is_offered;
    uint32_t delivered; /* how many waiting steps took the event */
    /* msgpack array of the ids of the sagas that the event started; empty = none. */
    struct span started;
};

/* A step of a saga that waits for an event. */
struct store_wait {
    uint64_t saga;    /* internal id */
    uint32_t step;    /* index of the step in its saga */
    struct span id;   /* external id of the saga */
    struct span name; /* name of the event that the step waits for */
    uint64_t mark;    /* only events with numbers greater than this one may end the wait */
    /* The kept events that came before the wait began have been offered to the step. */
    bool is_recalled;
};

typedef enum saga_error (*store_wait_fn)(const struct store_wait *wait, void *arg);

/* Selects waiting steps: those that wait for an event of this name with this value at this path. */
struct wait_query {
    struct span name;
    /* Path of the value in the event, as the step gives it; empty: steps that wait for any event of
     * the name. */
    struct span path;
    int64_t value;
    /* Show only steps behind this saga and `step` (to read on); 0 = from the first. */
    uint64_t saga;
    uint32_t step;
    uint32_t limit; /* how many steps to show at most, from 1 */
};

struct store_inbox_ops {
    /* How many events the inbox keeps. Never blocks. */
    uint64_t (*count)(const struct store *store);
    /* What is known of the event with this source and id; found->started lies in the arena.
     * SAGA_NOT_FOUND: no such event ever came. */
    MUST_CHECK enum saga_error (*find)(struct store *store, struct span source, struct span id,
                                       struct arena *arena, struct inbox_found *found);
    /* The event of this number, copied into the arena. SAGA_NOT_FOUND: no event has the number, or
     * the event is kept no longer. */
    MUST_CHECK enum saga_error (*load)(struct store *store, uint64_t number, struct arena *arena,
                                       struct inbox_row *row);
    /* The first kept event of this name whose number is greater than `number`. SAGA_NOT_FOUND:
     * there is none. */
    MUST_CHECK enum saga_error (*next)(struct store *store, struct span name, uint64_t number,
                                       struct arena *arena, struct inbox_row *row);
    /* *next: the first path behind `path`, in the order of texts, at which any step waits for a
     * value in events of this name. With it the caller goes through all paths, to look up who
     * waits. SAGA_NOT_FOUND: there is no further path. */
    MUST_CHECK enum saga_error (*next_path)(struct store *store, struct span name, struct span path,
                                            struct arena *arena, struct span *next);
    /* Calls fn for each waiting step that the query selects, in order of saga and step. When fn
     * returns anything but SAGA_OK, the read ends and returns that value. */
    MUST_CHECK enum saga_error (*waits)(struct store *store, const struct wait_query *query,
                                        store_wait_fn fn, void *arg);
    /* Calls fn for each step of the saga with the external id `id` that waits for events of this
     * name. */
    MUST_CHECK enum saga_error (*waits_of)(struct store *store, struct span id, struct span name,
                                           store_wait_fn fn, void *arg);
    /* Calls fn for each waiting step to which the events that came before its wait have not been
     * offered yet (is_recalled is false): after a restart that must be done. */
    MUST_CHECK enum saga_error (*unrecalled)(struct store *store, store_wait_fn fn, void *arg);
};

#endif
