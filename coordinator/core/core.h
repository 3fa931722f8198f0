/* core.h - the coordinator without its sockets: events in, durable, effects out.
 *
 * This is the round of the loop that can be driven by anything: by loop.c on ZeroMQ and HTTP, by
 * the simulator on arrays and virtual time. It owns the order of things:
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
    struct catalog *catalog;       /* borrowed; core adds what is applied */
    const struct clock_row *clock; /* borrowed: what the store shall remember of the clock from now
                                      on; NULL: what it does */
    int64_t dead_ms;
    uint64_t seed;      /* of jitter */
    uint32_t sagas_max; /* in memory */
    int64_t near_ms;    /* for tests: see engine_options; 0 = what the product uses */
    /* Fills with random bytes: the system's in the product, seeded in the simulator. */
    void (*random)(void *bytes, size_t size, void *arg);
    void *random_arg;
    const struct webhooks *hooks; /* who is told of what happens; NULL = nobody; borrowed */
    /* Deliveries are durable; `anew`: other ones than new ones were changed. */
    void (*on_outbox)(bool anew, void *arg);
    void *outbox_arg;
};

/* A core on an open store, which it has not read yet: core_recover() is next. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error core_new(const struct core_options *options, struct core **core);
/* Requests still open are answered `unavailable`. Waits for the store to be done with its batch. */
void core_destroy(struct core **core);
/* Who carries tasks and replies. Before core_serve(). */
void core_set_peers(struct core *core, struct peers *peers);

/* From now on participants may come back. */
MUST_CHECK enum saga_error core_serve(struct core *core, int64_t now_ms);

/* How much more than running time the host's clock shows, from now on: times of day follow it. 0
 * until the first call. What a jump of that clock makes due is looked at in the next round. */
void core_set_host(struct core *core, int64_t host_lead_ms);

/* A round of input begins: requests and events until core_round() happen at this time. */
void core_begin(struct core *core, int64_t now_ms);

/* What is due and what is durable: call it after each round of input. SAGA_STORE_FAILED,
 * SAGA_DISK_FULL (a commit was lost), SAGA_NO_MEMORY, SAGA_STORE_CORRUPT: stop, restart, replay. */
MUST_CHECK enum saga_error core_round(struct core *core, int64_t now_ms);
/* When core_round() has something to do by itself; INT64_MAX = not. */
int64_t core_next_due(const struct core *core);
/* A batch is with the store: nothing that is decided now can leave before it is durable. */
bool core_is_syncing(const struct core *core);
/* Has the last round kept a small batch back, in the hope of more? Then the next round should come
 * after a fraction of a millisecond, whatever arrives until then. */
bool core_is_holding(const struct core *core);
/* No batch is syncing, the one in the making is empty, and events_round() has nothing to do, now or
 * later. */
bool core_is_idle(const struct core *core);

struct core_stats {
    uint64_t commits; /* batches made durable since core_new() */
    uint64_t rows;    /* rows in those batches */
    uint32_t sagas;   /* in memory */
};

/* Counters for the log. */
void core_stats(const struct core *core, struct core_stats *stats);

/* No new starts from now on. */
void core_drain(struct core *core);

#endif
