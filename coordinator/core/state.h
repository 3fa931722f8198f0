/* state.h - what the parts of the core share. */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "base/limits.h"
#include "base/pool.h"
#include "core/aside.h"
#include "core/core.h"
#include "core/events.h"
#include "core/outputs.h"
#include "core/ticks.h"
#include "door/webhook.h"
#include "engine/batch.h"
#include "engine/entropy.h"
#include "engine/placement.h"
#include "store/store.h"

struct engine;
struct peers;
struct output_read; /* outputs.c */
struct request;
struct store_inbox_ops;

/* Refs of requests have the highest bit; peers' sessions never do. */
#define REF_OF_REQUEST (UINT64_C(1) << 63)

#define STOPPING "the coordinator stops"

enum { ENTROPY_POOL = 4 * ENTROPY_PER_EVENT }; /* random bytes taken at once from the system */
enum { SMALL_ROWS = 64 }; /* a batch of so many rows is worth a sync of its own */

/* A request that waits for its saga to settle. */
struct waiter {
    struct heap_node deadline;
    struct request *request;
    struct waiter *next; /* of the same saga */
    struct waiter *prev; /* NULL: the first, which the map knows */
    size_t name_size;
    uint8_t name[LIMIT_SAGA_ID * 2];
};

/* A batch, and the requests whose answers wait until it is durable. */
struct work {
    struct batch batch;
    struct request *defines; /* answered when their version is durable */
    struct request *settles; /* the same for what became of deliveries */
    struct events_work events;
    bool recounts; /* the batch discards deliveries: how many, only the store knows */
};

/* A webhook, as far as the core has to know. */
struct hook_state {
    uint64_t kept;       /* of its deliveries, in the store or on their way there */
    struct hook_row row; /* as in the store, or on its way there */
};

/* How far sleepers have been loaded that are due on one of the two clocks. */
struct sleepers {
    int64_t due_ms; /* the place up to which they have been: due time, */
    uint64_t saga;  /* and id */
    bool left;      /* there are more that are due soon */
};

struct core {
    struct core_options options;
    struct pool pool; /* of the memory of sagas and batches */
    struct engine *engine;
    struct peers *peers;
    struct work works[3];
    uint8_t minted[128]; /* the greatest id that begins with '0' */
    size_t minted_size;
    struct work *making;
    struct work *syncing;    /* NULL: the store is idle */
    struct work *releasing;  /* its effects are on their way out; NULL: none are */
    uint32_t rows_before;    /* of the batch given to the store last */
    uint32_t holds;          /* rounds for which the batch in the making has waited for more */
    uint64_t submitted;      /* batches given to the store */
    uint64_t lsn_durable;    /* of the last row released */
    uint64_t rows;           /* released */
    int64_t now_ms;          /* running time of the round at work */
    int64_t host_lead_ms;    /* how much more the host's clock shows: journal/moment.h */
    int64_t lead_most_ms;    /* the most that it did since it was set back last */
    int64_t disk_retry_ms;   /* 0 = there is room */
    enum saga_error failure; /* once set, the core does nothing more */
    int64_t space_ms;        /* when the store was last asked for room */
    uint64_t room;           /* the room that the store had then */
    bool draining;
    struct map requests; /* ref -> struct request: handed to the engine, not answered */
    uint64_t ref_last;
    struct map waiters; /* external id -> first struct waiter */
    struct heap deadlines;
    uint32_t waiter_count;
    struct outputs_reader outputs;
    struct output_read *output_reads; /* with the reader, and not answered */
    struct map keys_pending;          /* idempotency keys not durable yet: text -> struct name */
    struct request *deferred;         /* taken again after the next release; oldest first */
    struct request **deferred_end;
    struct store_reader *reader;                /* for lists; NULL until one is needed */
    struct hook_state hooks[WEBHOOK_COUNT_MAX]; /* as options.hooks */
    struct sleepers sleepers[TIMELINE_COUNT];
    struct ticks ticks;
    struct events events; /* events on their way to sagas */
    struct aside_sagas aside;
    struct entropy entropy;
    struct placement placement; /* by the peers */
    uint8_t random[ENTROPY_POOL];
};

/* What the host's clock shows in the round at work. */
static inline int64_t core_host_ms(const struct core *core)
{
    return core->now_ms + core->host_lead_ms;
}

/* The store, and its part for events. */
static inline struct store *core_store(const struct core *core)
{
    return core->options.store;
}

static inline const struct store_inbox_ops *core_inbox(const struct core *core)
{
    return core->options.store->ops->inbox;
}

/* The first failure is kept and logged; from then on the core decides nothing more. */
void core_fail(struct core *core, enum saga_error error);

#endif
