/* memory.h - the state of a memory store, and look-ups in the state.
 *
 * All that is durable lies in arrays in the order in which it came: the row with lsn n at n - 1,
 * sagas in ascending order of their id, definitions in order of application; names in a map. The
 * bytes are copies in one arena that lives as long as the store, so opening and closing cost little
 * and simulators can do it tens of thousands of times. */
#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include <pthread.h>

#include "base/map.h"
#include "store/memory_events.h"
#include "store/memory_facets.h"
#include "store/memory_locks.h"
#include "store/memory_outbox.h"
#include "store/store.h"

enum { MEMORY_MAGIC = 0x6d656d31 };

struct memory_saga {
    /* head.last_lsn is the newest row of the saga at any time; the text of head.definition lies in
     * the arena. */
    struct head head;
    struct span name; /* external id, in the arena */
};

struct memory {
    struct store store;
    uint32_t magic;                     /* MEMORY_MAGIC */
    pthread_mutex_t lock;               /* held by changes, and by reads of other threads */
    struct arena arena;                 /* owns every byte that is durable */
    struct arena scratch;               /* the rows of the image that is being shown */
    struct row *rows;                   /* owned; the row with lsn n stands at index n - 1 */
    struct memory_saga *sagas;          /* owned; ascending by internal id */
    struct definition_row *definitions; /* owned */
    struct memory_outbox outbox;        /* owned */
    struct memory_events inbox;         /* events, and the steps that wait for them */
    struct memory_locks locks;          /* schedules and concurrency keys */
    struct memory_facets facets;        /* labels, causes and alerts, by which lists find sagas */
    struct map names;                   /* text -> struct name in the arena */
    size_t row_count;
    size_t row_capacity;
    size_t saga_count;
    size_t saga_capacity;
    size_t definition_count;
    size_t definition_capacity;
    struct clock_row clock;
    /* What was found when the store was opened, or after the last simulated crash. */
    struct store_facts facts;
    const struct rows *pending; /* the batch that was submitted and is not durable yet; borrowed */
    uint64_t durable;           /* batches that have become durable since the store was opened */
    uint64_t fail_in;           /* submits until one fails; 0 = never */
    bool fails;                 /* the pending batch will fail when it is committed */
    /* A call of `durable` commits nothing, so that a test can crash before the commit. */
    bool held;
    enum saga_error failure; /* SAGA_OK, or why the store has failed for good */
};

/* The memory store that was handed out as its base. */
struct memory *memory_of(const struct store *store);
/* SAGA_OK, or SAGA_STORE_FAILED once a commit of the store has failed: every operation asks this
 * first. */
MUST_CHECK enum saga_error memory_check(const struct memory *memory);

/* Index of the first saga whose internal id is at least `saga`. */
size_t memory_saga_at(const struct memory *memory, uint64_t saga);
/* The saga of this internal id; NULL: there is none. */
struct memory_saga *memory_find_saga(const struct memory *memory, uint64_t saga);
/* The saga whose external id is `text`; NULL: there is none. Other names of a saga, as the key of a
 * request, do not count. */
struct memory_saga *memory_saga_named(const struct memory *memory, struct span text);

#endif
