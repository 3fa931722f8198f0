/* inbox.h - what the store tells of events, and of who waits for them.
 *
 * All are reads of the loop's own thread, and see what is durable; nothing here changes anything:
 * that is for the rows of a batch. SAGA_STORE_FAILED from each once the store has failed. */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "store/store.h"

/* What is known of an event of the same identity that came before. */
struct inbox_found {
    uint64_t number;
    bool is_offered;     /* the two below are known then: */
    uint32_t delivered;  /* steps that took it */
    struct span started; /* msgpack array of sagas' ids; empty = none */
};

/* A step that waits. */
struct store_wait {
    uint64_t saga;    /* internal id */
    uint32_t step;    /* index */
    struct span id;   /* external id of the saga */
    struct span name; /* of the event */
    uint64_t mark;    /* events with greater numbers count */
    bool is_recalled; /* what came before the wait has been offered to it */
};

typedef enum saga_error (*store_wait_fn)(const struct store_wait *wait, void *arg);

/* Which steps that wait. */
struct wait_query {
    struct span name;
    struct span path; /* empty: steps that any event of the name may concern */
    int64_t value;
    uint64_t saga; /* go on behind this saga and step; 0 = from the first */
    uint32_t step;
    uint32_t limit; /* 1... */
};

struct store_inbox_ops {
    /* How many events are kept. Never blocks. */
    uint64_t (*count)(const struct store *store);
    /* What is known of an identity; `started` lies in the arena. SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*find)(struct store *store, struct span source, struct span id,
                                       struct arena *arena, struct inbox_found *found);
    /* The event of this number, in the arena. SAGA_NOT_FOUND: it is not there, or no more. */
    MUST_CHECK enum saga_error (*load)(struct store *store, uint64_t number, struct arena *arena,
                                       struct inbox_row *row);
    /* The first kept event of this name with a greater number. SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*next)(struct store *store, struct span name, uint64_t number,
                                       struct arena *arena, struct inbox_row *row);
    /* Steps that wait for events of a name are found by the path of the value that they wait for:
     * the next such path behind this one. SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*next_path)(struct store *store, struct span name, struct span path,
                                            struct arena *arena, struct span *next);
    /* Steps that wait, in order of saga and step. When fn returns another value than SAGA_OK, the
     * read ends with that. */
    MUST_CHECK enum saga_error (*waits)(struct store *store, const struct wait_query *query,
                                        store_wait_fn fn, void *arg);
    /* Steps of one saga that wait, by its external id, for events of one name. */
    MUST_CHECK enum saga_error (*waits_of)(struct store *store, struct span id, struct span name,
                                           store_wait_fn fn, void *arg);
    /* All waiting steps that have not been told yet what came before their wait. */
    MUST_CHECK enum saga_error (*unrecalled)(struct store *store, store_wait_fn fn, void *arg);
};

#endif
