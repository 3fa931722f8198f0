/* store.h - the seam between what is decided and what is durable.
 *
 * Two implementations run the same conformance suite: store_sqlite.h (the product) and
 * store_memory.h (its twin for tests: faults by countdown, a crash that forgets what was not
 * durable). One batch is in the making at a time; the store commits in its own thread, and `wake`
 * becomes readable when a batch is durable or the store has failed.
 *
 * After a failed commit the store has failed for good: submit and all reads that could show
 * unsure state answer SAGA_STORE_FAILED. Stop, restart, replay. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"
#include "journal/row.h"
#include "journal/saga_image.h"

struct store_inbox_ops; /* inbox.h */
struct store; /* each implementation's own; its first member is `const struct store_ops *ops` */
/* Each implementation's own; its first member is `const struct store_reader_ops *ops`. */
struct store_reader;

struct store_facet {
    enum facet_kind kind;
    struct span value;
};

/* Which sagas a list is to show: those that fit every field. A field that is empty or zero fits
 * all. */
struct store_filter {
    enum saga_state state;
    struct span definition;
    struct span parent; /* external id: only sagas that were started by a step of this saga */
    struct span prefix; /* only sagas whose external ids begin with this */
    const struct store_facet *facets;
    uint32_t facet_count; /* at most STORE_FACETS_MAX */
    int64_t started_from_ms;
    int64_t started_until_ms;
    uint64_t before; /* internal id: only sagas started before this one (cursor); 0 = newest */
    /* External id: only greater ones (cursor), in a list that asks for a prefix and nothing
     * else. */
    struct span after;
    uint32_t limit;  /* 1..500 */
    bool unfinished; /* only sagas that are running, compensating or parked */
    /* Result, unless NULL: the list left off here, because too few sagas fitted; sagas started
     * before this one were not looked at. 0 = all were looked at. */
    uint64_t *left_off;
};

enum { STORE_FACETS_MAX = 32 };

/* Which records of the history of a saga to read. */
struct store_page {
    uint64_t first_seq; /* read from this record on; the first record of a saga has seq 1 */
    uint32_t limit;     /* how many records to read, at least 1 */
};

struct store_item {
    struct head head;
    struct span name;
    /* Set in lists only: the alerts that the saga has now, 1 << enum alert for each. */
    uint32_t alerts;
};

/* What the store found when it opened. */
struct store_facts {
    uint64_t last_lsn; /* lsn of the newest row of the journal; 0 = the journal is empty */
    /* lsn of the last row that was written without facets, by a version of the store that had none;
     * 0 = every row has its facets. */
    uint64_t facets_lsn;
    uint64_t last_saga;
    uint64_t inbox_last;    /* greatest number of an event; 0 = none */
    uint64_t inbox_offered; /* all events up to this one have been offered */
    struct moment last;     /* when the newest row was decided; all zeroes = there is no row */
    /* What the store remembers of the clock (journal/moment.h); all zeroes = nothing. */
    struct clock_row clock;
    uint8_t minted[128]; /* the greatest saga id that begins with '0', as minted ones do (UUIDv7) */
    size_t minted_size;  /* bytes of `minted`; 0 = there is no such id */
};

/* Sagas that sleep, in the order in which they are due on one of the two clocks: a part of them. */
struct store_due {
    enum timeline timeline;
    int64_t after_ms;    /* only sagas that come after this place: 0, 0 = from the first one; */
    uint64_t after_saga; /* moved on to the last saga shown */
    int64_t until_ms;    /* show only sagas that are due at this time or before */
    uint32_t limit;      /* how many to show at most; counted down */
    int64_t next_ms;     /* result: when the first saga that was not shown is due; INT64_MAX = no
                          * saga is left that wakes by itself */
};

/* A delivery that lies in the outbox; its `change` is NEW (pending) or DEAD. */
struct store_delivery {
    struct delivery delivery;
    struct notice notice; /* with its data only from load_delivery() */
};

enum delivery_which { DELIVERIES_PENDING, DELIVERIES_OF_SAGA, DELIVERIES_DEAD };

struct delivery_filter {
    enum delivery_which which;
    /* Name of a webhook; read by DELIVERIES_OF_SAGA (which shows pending deliveries too) and
     * DELIVERIES_DEAD. */
    struct span hook;
    uint64_t saga;  /* internal id; read by DELIVERIES_OF_SAGA: deliveries of this saga only */
    uint64_t after; /* show only deliveries with greater ids, to read on */
    uint32_t limit; /* how many deliveries to show at most, at least 1 */
};

/* A webhook of which the store has a row or deliveries, even if the configuration no longer names
 * it. */
struct store_hook {
    struct hook_row row; /* all zeroes when the store has no row of the webhook, only deliveries */
    uint64_t pending;
    uint64_t dead;
    int64_t oldest_ms; /* when the oldest pending delivery was caused; 0 = none is pending */
};

/* A concurrency key that a saga holds, or waits for; its `change` is HELD or QUEUED. */
struct store_lock {
    struct lock_row row;
    struct span name; /* external id of the saga */
};

/* Called for each item of a read; the spans live until it returns. Any other result than SAGA_OK
 * ends the read and is what the read returns. */
typedef enum saga_error (*store_image_fn)(const struct saga_image *image, void *arg);
typedef enum saga_error (*store_definition_fn)(const struct definition_row *row, void *arg);
typedef enum saga_error (*store_item_fn)(const struct store_item *item, void *arg);
typedef enum saga_error (*store_delivery_fn)(const struct store_delivery *delivery, void *arg);
typedef enum saga_error (*store_schedule_fn)(const struct schedule_row *row, void *arg);
typedef enum saga_error (*store_lock_fn)(const struct store_lock *lock, void *arg);
typedef enum saga_error (*store_hook_fn)(const struct store_hook *hook, void *arg);

/* What an entry of a batch may cost beside its bytes: the pages of the database where it goes. */
enum { STORE_ITEM_SIZE = 11264 };

/* How many entries of a batch change pages in the middle of tables, which costs more room than rows
 * at the end of a table. */
static inline uint64_t store_items(const struct rows *rows)
{
    return (uint64_t)rows->head_count + rows->name_count + rows->definition_count +
           rows->inbox_count + rows->inbox_done_count + rows->wait_count + rows->delivery_count +
           rows->hook_count + rows->schedule_count + rows->lock_count + rows->facet_count;
}

struct store_ops {
    const char *name;

    /* What the store found when it was opened. Never blocks. */
    void (*facts)(const struct store *store, struct store_facts *facts);

    /* Takes a batch to make durable, as one commit. Never blocks: the work is the store's
     * thread's. SAGA_OVERLOADED: the batch before is not done yet (see `durable`); nothing was
     * taken. SAGA_DISK_FULL: there is no room for it, now; nothing was taken either.
     * SAGA_STORE_FAILED: for good. The batch's memory stays borrowed until `durable` has
     * counted it. */
    MUST_CHECK enum saga_error (*submit)(struct store *store, const struct rows *rows);

    /* How many submitted batches are durable, of all since open. SAGA_STORE_FAILED, or
     * SAGA_DISK_FULL when that was the cause: the last batch is lost, none will follow. */
    MUST_CHECK enum saga_error (*durable)(struct store *store, uint64_t *count);

    /* A descriptor that polls readable when `durable` has news; `durable` clears it.
     * -1: call `durable` at will (the memory store, which has no thread). */
    int (*wake)(const struct store *store);

    /* How many bytes the next batch may have in all, so that submit takes it: bytes of its records,
     * and STORE_ITEM_SIZE for each of store_items(). Asked before a request is taken. */
    uint64_t (*room)(struct store *store);

    /* The reads from here on are for the loop's thread alone, and show only what is durable. */

    /* Every saga that is neither final nor asleep, in ascending order of internal id: recovery. One
     * that cannot be read is shown too (image.is_unreadable), and does not stop the others. */
    MUST_CHECK enum saga_error (*load_awake)(struct store *store, store_image_fn fn, void *arg);
    /* Calls fn for sleeping sagas whose time to wake has come, as struct store_due says. */
    MUST_CHECK enum saga_error (*list_due)(struct store *store, struct store_due *due,
                                           store_item_fn fn, void *arg);
    /* All definitions in the order of their application. */
    MUST_CHECK enum saga_error (*load_definitions)(struct store *store, store_definition_fn fn,
                                                   void *arg);
    /* How far each schedule has been dealt with, in the order of definition and entry. */
    MUST_CHECK enum saga_error (*load_schedules)(struct store *store, store_schedule_fn fn,
                                                 void *arg);
    /* All concurrency keys that are held or waited for, in the order of their places. */
    MUST_CHECK enum saga_error (*load_locks)(struct store *store, store_lock_fn fn, void *arg);
    /* Which saga has this name, and the digest of the request that made the name; `found->text` is
     * not set. SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*find_name)(struct store *store, struct span text,
                                            struct name *found);
    /* What is written of a saga besides its rows, by its external id: two look-ups, whatever the
     * length of its history. The definition's name and the saga's go into the arena.
     * SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*load_head)(struct store *store, struct span name,
                                            struct arena *arena, struct store_item *item);
    /* One saga by its external id, with all its rows. SAGA_NOT_FOUND; SAGA_STORE_CORRUPT when this
     * saga cannot be read: then only head and name are set, if they are known (name.size > 0). */
    MUST_CHECK enum saga_error (*load_one)(struct store *store, struct span name,
                                           struct arena *arena, struct saga_image *image);

    /* Events and who waits for them: reads of the loop's own thread too. */
    const struct store_inbox_ops *inbox;

    /* A reader for another thread (one reader per thread): the same reads, own connection. */
    MUST_CHECK enum saga_error (*reader_open)(struct store *store, struct store_reader **reader);

    /* Stops the store's thread after the batch at work, checkpoints, gives everything back.
     * *store becomes NULL; NULL is accepted. */
    void (*close)(struct store **store);
};

/* Reads for threads other than the loop's. Each sees one durable state. */
struct store_reader_ops {
    MUST_CHECK enum saga_error (*load_one)(struct store_reader *reader, struct span name,
                                           struct arena *arena, struct saga_image *image);
    /* The rows of one saga that hold the records of a page, whatever the length of its history; the
     * image's head says what the saga is now. Rows are whole: they may hold records before and
     * behind the page. No rows: the history is shorter. SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*load_page)(struct store_reader *reader, struct span name,
                                            const struct store_page *page, struct arena *arena,
                                            struct saga_image *image);
    /* Newest first; but in the order of external ids where a prefix is all that is asked for. What
     * a page costs depends on its length, not on how many sagas there are. */
    MUST_CHECK enum saga_error (*list)(struct store_reader *reader,
                                       const struct store_filter *filter, store_item_fn fn,
                                       void *arg);
    MUST_CHECK enum saga_error (*find_name)(struct store_reader *reader, struct span text,
                                            struct name *found);
    /* Deliveries that lie in the outbox, in ascending order of id, without their data. */
    MUST_CHECK enum saga_error (*list_deliveries)(struct store_reader *reader,
                                                  const struct delivery_filter *filter,
                                                  store_delivery_fn fn, void *arg);
    /* One delivery, with its data. SAGA_NOT_FOUND. */
    MUST_CHECK enum saga_error (*load_delivery)(struct store_reader *reader, uint64_t id,
                                                store_delivery_fn fn, void *arg);
    /* Every webhook of which anything is kept, in the order of their names. */
    MUST_CHECK enum saga_error (*list_hooks)(struct store_reader *reader, store_hook_fn fn,
                                             void *arg);
    /* Calls fn for each schedule, as store_ops.load_schedules does. */
    MUST_CHECK enum saga_error (*list_schedules)(struct store_reader *reader, store_schedule_fn fn,
                                                 void *arg);
    void (*close)(struct store_reader **reader);
};

struct store {
    const struct store_ops *ops;
};

struct store_reader {
    const struct store_reader_ops *ops;
};

#endif
