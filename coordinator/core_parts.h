/* core_parts.h - what the parts of the core share: core.c, asks.c, waiters.c. */
#ifndef CORE_PARTS_H
#define CORE_PARTS_H

#include "base/heap.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/pool.h"
#include "core.h"
#include "offers.h"
#include "schedules.h"

/* Refs of requests have the highest bit; peers' sessions never do. */
#define REF_OF_REQUEST (UINT64_C(1) << 63)

#define STOPPING "the coordinator stops"

/* Random bytes taken at once from the system. */
enum {
    ENTROPY_POOL = 4 * ENTROPY_PER_EVENT,
    DISK_RETRY_MS = 1000,
    EXPIRE_MAX = 64, /* waits whose time is over, answered in one turn: each may read the store */
    EFFECTS_MAX = 8 * LIMIT_BATCH_EVENTS, /* refusals and verdicts need no row, and memory too */
    SMALL_ROWS = 64,                      /* a batch of so many is worth its sync */
    HOLDS_MAX = 8,            /* turns that a small batch waits for more: see is_small() */
    POOL_BYTES = 1024 * 1024, /* kept for the sagas and batches to come */
    RELEASE_MAX = 4,          /* batches given on in one turn */
    NEAR_MS = 30000, /* waits that are shorter stay in memory: a store's row costs more than that */
    SLEEPERS_MAX = 256, /* loaded in one turn, some 30 us each: heartbeats wait no longer */
};

/* A request that waits for its saga to settle. */
struct waiter {
    struct heap_node deadline;
    struct request *request;
    struct waiter *next; /* of the same saga */
    struct waiter *prev; /* NULL: the first, which the map knows */
    size_t name_size;
    uint8_t name[LIMIT_SAGA_ID * 2];
};

/* A batch and what hangs on it. */
struct work {
    struct batch batch;
    struct request *defines; /* answered when their version is durable */
    struct request *settles; /* the same for what became of deliveries */
    struct offers_work offers;
    bool recounts; /* it discards: how many, only the store knows */
};

/* A webhook, as far as the core has to know. */
struct hook_state {
    uint64_t kept;       /* of its deliveries, in the store or on their way there */
    struct hook_row row; /* as in the store, or on its way there */
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
    uint32_t holds;          /* turns for which the batch in the making has waited for more */
    uint64_t submitted;      /* batches given to the store */
    uint64_t lsn_durable;    /* of the last row released */
    uint64_t rows;           /* released */
    int64_t now_ms;          /* of the turn at work */
    int64_t disk_retry_ms;   /* 0 = there is room */
    enum saga_error failure; /* once set, the core does nothing more */
    int64_t space_ms;        /* when the store was last asked for room */
    bool has_space;
    bool draining;
    struct map requests; /* ref -> struct request: handed to the engine, not answered */
    uint64_t ref_last;
    struct map waiters; /* external id -> first struct waiter */
    struct heap deadlines;
    uint32_t waiter_count;
    struct map keys_pending;  /* idempotency keys not durable yet: text -> struct name */
    struct request *deferred; /* asked again after the next release; oldest first */
    struct request **deferred_end;
    struct store_reader *reader; /* for what only readers can; NULL until it is needed */
    struct hook_state hooks[WEBHOOK_COUNT_MAX]; /* as options.hooks */
    int64_t sleepers_ms;    /* the place up to which sleepers have been loaded: due time, */
    uint64_t sleepers_saga; /* and id */
    bool sleepers_left;     /* there are more that are due soon */
    struct schedules schedules;
    struct offers offers; /* events on their way to sagas */
    struct entropy entropy;
    uint8_t random[ENTROPY_POOL];
};

/* core.c */
void core_fail(struct core *core, enum saga_error error);
/* Steps one event; loads its saga first when it has left memory. */
void core_step(struct core *core, struct event *event);
/* Loads a saga into the engine. SAGA_NOT_FOUND. */
enum saga_error core_load(struct core *core, struct span name);

/* asks.c */
void core_ask_again(struct core *core);
void core_reply(struct core *core, const struct effect *effect);
void core_finished(struct core *core, const struct effect *effect);
void core_defined(struct core *core, struct work *work);
void core_answer(struct request *request, enum saga_error error, const char *why);
/* The saga as it is durable. SAGA_NOT_FOUND. */
enum saga_error core_look(struct core *core, struct span name, struct answer *answer,
                          struct arena *arena);

/* hooks.c */
MUST_CHECK enum saga_error hooks_open(struct core *core);
/* The batch in the making has notices from this index on: who is told? */
void hooks_tell(struct core *core, uint32_t first);
void hooks_ask(struct core *core, struct request *request);
/* Their batch is durable. */
void hooks_settled(struct core *core, struct work *work);

/* sleepers.c */
/* Loads some of those that are due soon. */
void sleepers_load(struct core *core);
/* When sleepers_load() has something to do; INT64_MAX = not. */
int64_t sleepers_due(const struct core *core);

/* waiters.c */
void waiters_add(struct core *core, struct request *request, struct span saga);
void waiters_wake(struct core *core, const struct effect *effect);
void waiters_expire(struct core *core);
void waiters_close(struct core *core);
bool state_is_settled(enum saga_state state);

#endif
