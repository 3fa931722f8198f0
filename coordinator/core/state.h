/* state.h - the state of the core, which its files share. */
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
/* a batch of so many rows need not wait for more: see is_small() in core.c */
enum { SMALL_ROWS = 64 };

/* A request that waits for its saga to settle. */
struct waiter {
    struct heap_node deadline;
    struct request *request;
    struct waiter *next; /* the next one that waits for the same saga */
    /* the one before; NULL: this is the first, which core->waiters has */
    struct waiter *prev;
    size_t name_size;
    uint8_t name[LIMIT_SAGA_ID * 2];
};

/* A batch, and the requests that are answered when it is durable. */
struct work {
    struct batch batch;
    struct request *defines; /* those whose new version of a definition is in the batch */
    struct request *settles; /* those whose change to a delivery is in the batch */
    struct events_work events;
    /* it discards deliveries, and only the store knows how many: count anew after it */
    bool recounts;
};

/* What the core has to know of a webhook. */
struct hook_state {
    uint64_t kept;       /* how many deliveries it has, in the store or on their way there */
    struct hook_row row; /* as in the store, or on its way there */
};

/* Up to which sleeper, sorted by due time, they have been loaded on one of the two clocks. */
struct sleepers {
    int64_t due_ms; /* they have been loaded up to this due time, */
    uint64_t saga;  /* and of those due at that time up to this internal id */
    bool left;      /* more sleepers are to be loaded now */
};

struct core {
    struct core_options options;
    struct pool pool; /* from which sagas and batches take their memory */
    struct engine *engine;
    struct peers *peers;
    struct work works[3];
    uint8_t minted[128]; /* the greatest id of a saga that begins with '0': see requests.c */
    size_t minted_size;
    struct work *making;    /* the batch into which events are decided */
    struct work *syncing;   /* the batch that the store has; NULL: the store is idle */
    struct work *releasing; /* the batch whose effects are leaving just now; NULL: none */
    uint32_t rows_before;   /* rows in the batch that the store was given last */
    uint32_t holds;         /* for how many rounds a small batch has waited for more rows */
    uint64_t submitted;     /* how many batches the store was given */
    uint64_t lsn_durable;   /* number of the last row that was released */
    uint64_t rows;          /* how many rows were released */
    int64_t now_ms;         /* running time at which this round began */
    int64_t host_lead_ms;   /* what the host's clock shows less now_ms: journal/moment.h */
    /* the greatest host_lead_ms since the host's clock was last set back */
    int64_t lead_most_ms;
    /* the disk is full: try to write again at this time; 0 = it is not */
    int64_t disk_retry_ms;
    enum saga_error failure; /* once set, the core does nothing more */
    int64_t space_ms;        /* when the store was last asked for room */
    uint64_t room;           /* free bytes that the store told then */
    bool draining;
    /* ref -> struct request: those that the engine has, and that are not answered */
    struct map requests;
    uint64_t ref_last;
    struct map waiters; /* id of a saga -> the first struct waiter for it */
    struct heap deadlines;
    uint32_t waiter_count;
    struct outputs_reader outputs;
    /* those that the reader has, and that are not answered */
    struct output_read *output_reads;
    struct map keys_pending;  /* idempotency keys not durable yet: text -> struct name */
    struct request *deferred; /* requests to take again after the next release, oldest first */
    struct request **deferred_end;
    struct store_reader *reader; /* reads lists from the store; NULL until a list is needed */
    struct hook_state hooks[WEBHOOK_COUNT_MAX]; /* in the order of options.hooks */
    struct sleepers sleepers[TIMELINE_COUNT];
    struct ticks ticks;
    struct events events; /* events on their way to sagas */
    struct aside_sagas aside;
    struct entropy entropy;
    struct placement placement; /* how the engine asks peers for a participant for a task */
    uint8_t random[ENTROPY_POOL];
};

/* What the host's clock shows in this round. */
static inline int64_t core_host_ms(const struct core *core)
{
    return core->now_ms + core->host_lead_ms;
}

/* The store, and its functions for events. */
static inline struct store *core_store(const struct core *core)
{
    return core->options.store;
}

static inline const struct store_inbox_ops *core_inbox(const struct core *core)
{
    return core->options.store->ops->inbox;
}

/* Notes a failure: the first one is kept and logged, and from then on the core decides nothing
 * more. */
void core_fail(struct core *core, enum saga_error error);

#endif
