/* memory_parts.h - what the parts of the memory store share: store_memory.c says what it is. */
#ifndef STORE_MEMORY_PARTS_H
#define STORE_MEMORY_PARTS_H

#include <pthread.h>

#include "base/map.h"
#include "store/inbox_memory.h"
#include "store/memory_claims.h"
#include "store/memory_outbox.h"
#include "store/store.h"

enum { MEMORY_MAGIC = 0x6d656d31 };

struct memory_saga {
    struct head head; /* last_lsn is kept current with every row; `definition` is in the arena */
    struct span name; /* external id, in the arena */
};

struct memory {
    struct store store;
    uint32_t magic;                     /* MEMORY_MAGIC */
    pthread_mutex_t lock;               /* held by changes, and by reads of other threads */
    struct arena arena;                 /* owns every byte that is durable */
    struct arena scratch;               /* the rows of the image that is being shown */
    struct row *rows;                   /* owned; [lsn - 1] */
    struct memory_saga *sagas;          /* owned; ascending by saga */
    struct definition_row *definitions; /* owned */
    struct memory_outbox outbox;        /* owned */
    struct inbox_memory inbox;          /* events, and who waits for them */
    struct memory_claims claims;        /* schedules and concurrency keys */
    struct map names;                   /* text -> struct name in the arena */
    size_t row_count;
    size_t row_capacity;
    size_t saga_count;
    size_t saga_capacity;
    size_t definition_count;
    size_t definition_capacity;
    int64_t last_ms;            /* newest time seen in a batch */
    struct store_facts facts;   /* as of open, or the last crash */
    const struct rows *pending; /* submitted, not durable; borrowed */
    uint64_t durable;           /* batches since open */
    uint64_t fail_in;           /* submits until one fails; 0 = never */
    bool fails;                 /* the pending one will */
    bool held;                  /* durable commits nothing */
    enum saga_error failure;    /* SAGA_OK, or why the store has failed for good */
};

struct memory *memory_of(const struct store *store);
struct memory_saga *memory_find_saga(const struct memory *memory, uint64_t saga);
/* The saga of an external id, or NULL; a request's key is no such id. */
struct memory_saga *memory_saga_named(const struct memory *memory, struct span text);

extern const struct store_inbox_ops memory_inbox_ops;

#endif
