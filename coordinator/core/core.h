/* core.h - the coordinator without its sockets: events in, durable, effects out.
 *
 * This is the round of the loop that can be driven by anything: by loop.c on ZeroMQ and HTTP, by
 * the simulator on arrays and virtual time. Each round decides, submits and releases:
 *
 *     decide   engine_step() each event into the batch in the making
 *     submit   give that batch to the store when the one before is durable; meanwhile it grows
 *     release  when it is durable, let its effects go, in their order
 *
 * Times are running times (journal/moment.h). No effect leaves before its records are durable. Two
 * batches alternate: one syncs while the next is decided. Everything here belongs to one thread. */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct clock_row;
struct core;
struct peers;
struct store;
struct webhooks;

struct core_options {
    struct store *store;           /* borrowed */
    struct catalog *catalog;       /* borrowed; the core adds the definitions that are applied */
    const struct clock_row *clock; /* borrowed: what the store shall remember of the clock from now
                                      on; NULL: what it does */
    int64_t dead_ms;
    uint64_t seed;      /* of the random part of delays between attempts */
    uint32_t sagas_max; /* how many sagas may be in memory at once */
    /* for tests only, see engine_options; 0 = the value of the product */
    int64_t near_ms;
    /* Fills `bytes` with random ones: the system's in the product, seeded ones in the simulator. */
    void (*random)(void *bytes, size_t size, void *arg);
    void *random_arg;
    /* the webhooks to tell of what happens; NULL = none; borrowed */
    const struct webhooks *hooks;
    /* Called when changes to deliveries have become durable. anew: not only new deliveries were
     * added, others were changed by a person. */
    void (*on_outbox)(bool anew, void *arg);
    void *outbox_arg;
};

/* A core on an open store, which it has not read yet: core_recover() is next. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error core_new(const struct core_options *options, struct core **core);
/* Frees the core, and answers requests that are still open with `unavailable`. Waits until the
 * store is done with its batch. */
void core_destroy(struct core **core);
/* Sets who carries tasks and replies to participants; to be called before core_serve(). */
void core_set_peers(struct core *core, struct peers *peers);

/* From now on participants may come back, and the clock and events may start sagas. */
MUST_CHECK enum saga_error core_serve(struct core *core, int64_t now_ms);

/* Sets how much more than running time the host's clock shows from now on; times of day follow that
 * clock. 0 until the first call. What becomes due by a jump of the host's clock is handled in the
 * next round. */
void core_set_host(struct core *core, int64_t host_lead_ms);

/* Begins a round of input: requests and events count as of this time until core_round() is
 * called. */
void core_begin(struct core *core, int64_t now_ms);

/* Handles what is due, and lets out what has become durable: call it after each round of input.
 * SAGA_STORE_FAILED, SAGA_DISK_FULL (a commit was lost), SAGA_NO_MEMORY, SAGA_STORE_CORRUPT: stop
 * the process and start it again, which reads the truth from the store. */
MUST_CHECK enum saga_error core_round(struct core *core, int64_t now_ms);
/* When core_round() is to be called even without input; INT64_MAX = it need not be. */
int64_t core_next_due(const struct core *core);
/* Has the store a batch that is not durable yet? Then what is decided now cannot leave before the
 * batch is. */
bool core_is_syncing(const struct core *core);
/* Has the last round kept back a small batch, so that more results can join it? Then the next round
 * should come after a fraction of a millisecond, even if nothing arrives until then. */
bool core_is_holding(const struct core *core);
/* Is there nothing to do: no batch is syncing, the one in the making is empty, and no event is to
 * be delivered, now or later? */
bool core_is_idle(const struct core *core);

struct core_stats {
    uint64_t commits; /* how many batches were made durable since core_new() */
    uint64_t rows;    /* how many rows were in those batches */
    uint32_t sagas;   /* how many sagas are in memory */
};

/* Fills in the counters that the log shows. */
void core_stats(const struct core *core, struct core_stats *stats);

/* From now on requests to start a saga are refused, for the process is to end. */
void core_drain(struct core *core);

#endif
