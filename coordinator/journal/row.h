/* row.h - what the engine gives the store to make durable, and what the store gives back after a
 * restart.
 *
 * A row is everything that one event made happen to one saga: the journal's unit, and the leaf of
 * the audit log. `body` is written once and never changed; its bytes are what is hashed. `payload`
 * holds the users' values (inputs, outputs) and may be erased later: the body keeps their salted
 * digest. The format of both: record.h. */
#ifndef JOURNAL_ROW_H
#define JOURNAL_ROW_H

#include "base/span.h"
#include "journal/moment.h"
#include "journal/states.h"

struct row {
    uint64_t lsn;  /* position in the journal: ascending without gaps, from 1 */
    uint64_t saga; /* internal id of the saga: ascending from 1, never used again */
    /* number of the row's first record among those of the saga, from 1 */
    uint64_t seq;
    uint32_t count; /* how many records are in `body` */
    /* lsn of the row before this one of the same saga; 0 = this is its first */
    uint64_t prev;
    struct span body;    /* the records, as msgpack: see record.h */
    struct span payload; /* msgpack; empty when the records have no users' values */
};

/* What the store knows of a saga without its rows. Written when the saga starts, ends, or its state
 * changes. */
struct head {
    uint64_t saga;
    enum saga_state state;
    /* the store inserts the head; else it updates the one that is there */
    bool is_new;
    /* the saga has gone over to another version of its definition */
    bool has_moved;
    bool paused;
    struct span definition; /* its name; only with is_new or has_moved */
    uint32_t version;       /* of that definition; only with is_new or has_moved */
    int64_t started_ms;     /* when the saga started; set only with is_new */
    int64_t ended_ms;       /* 0 = the saga has not ended */
    uint64_t first_lsn;
    uint64_t last_lsn; /* of the newest row of the saga, which this batch may hold */
    /* when the saga sleeps: it need not be in memory before this running time; 0 = it is awake */
    int64_t due_ms;
    /* when the saga sleeps: nor before this time of day; 0 = no time of day wakes it */
    int64_t until_ms;
};

/* The due_ms of a saga that sleeps until something happens to it: a time that no clock shows (year
 * 4199), with as many digits as all others in the store. */
#define DUE_NEVER_MS (INT64_C(1) << 46)
/* The due_ms of a saga that has ended while its parent does not know that yet. */
#define DUE_OWED_MS INT64_C(1)

/* A name that must never mean anything else: a saga's id, a request's idempotency key, or the token
 * of a task that was answered `later`, by which its saga is found when it has left memory. */
struct name {
    /* a saga's id as it is; other names with a first byte that tells their kind: enum name_kind */
    struct span text;
    uint64_t saga; /* the saga that the name means; 0: a request's key that is of no saga */
    /* of the request that made the name, to know a repeated one by; zeroes for a token */
    uint8_t digest[32];
};

enum { TOKEN_SIZE = 16 }; /* bytes of the random token of an attempt */

enum name_kind { NAME_REQUEST = 0x01, NAME_TOKEN = 0x02 };
enum { NAME_TOKEN_SIZE = 1 + 32 }; /* bytes: the kind, and the token in hex */

/* A version of a definition as the store keeps it. */
struct definition_row {
    struct span name;
    uint32_t version;
    uint8_t digest[32]; /* SHA-256 of source */
    struct span source; /* the definition, as canonical JSON */
    int64_t applied_ms; /* when somebody applied the version, by the host's clock */
    struct span actor;
};

/* An event as the store's inbox keeps it: until it has been offered to all that may want it, and
 * after that while a saga that started before it has yet to come to a step that may want it. Its
 * identity (source and id) is remembered for ever. */
struct inbox_row {
    /* ascending without gaps, from 1, in the order in which events came */
    uint64_t number;
    struct span name;   /* what has happened: "payment.settled" */
    struct span source; /* where it comes from; source and id together are its identity */
    struct span id;
    struct span saga; /* external id of the only saga that the event is for; empty = for all */
    /* id of the saga whose step sent the event; empty = it came from outside */
    struct span cause;
    /* when it happened as its sender says, else when it came; by the host's clock */
    int64_t at_ms;
    int64_t came_ms;  /* when it came to the coordinator, in running time */
    struct span data; /* msgpack */
};

/* What came of an event that has been offered to all that may want it; kept with the event's
 * identity, for whoever sends the event once more. Events are offered in the order of their
 * numbers. */
struct inbox_done {
    uint64_t number;
    struct span name;
    struct span source;
    struct span id;
    uint32_t delivered;  /* how many steps took the event */
    struct span started; /* msgpack array of the ids of sagas that it started */
};

/* What changes in the list of who wants which events. The store needs the list to keep the events
 * that somebody will want, and to find the steps that wait for an event. */
enum wait_change {
    /* a step of (saga) that has not begun will wait for (name): keep such events after `mark` */
    WAIT_WANTED,
    WAIT_UNWANTED, /* no step of (saga) will wait for (name) any more */
    /* (saga, step) waits for `name`, with a value at `path` that has this hash */
    WAIT_BEGUN,
    /* (saga, step) has been offered the events that came before it began to wait */
    WAIT_RECALLED,
    WAIT_ENDED, /* (saga, step) waits no more */
    /* (saga, step) could not be offered an event: all after `mark` shall be offered again */
    WAIT_MISSED,
};

struct wait_row {
    enum wait_change change;
    uint64_t saga; /* number of the saga in the store */
    uint32_t step;
    struct span name;
    /* BEGUN: as the definition has it, "$.event.data.order"; empty = any event of the name will
     * do */
    struct span path;
    int64_t value; /* BEGUN: hash of what must stand at the path; 0 without a path */
    /* WANTED, BEGUN, MISSED: only events with greater numbers count for the saga */
    uint64_t mark;
};

/* What the world is told of a saga: an event for webhooks. It is written only together with the
 * deliveries that bring it to each webhook, and kept as long as one of these is. */
struct notice {
    uint64_t saga;     /* internal id: what is told of one saga arrives in order */
    uint64_t seq;      /* number of the saga's record that caused the notice */
    int64_t at_ms;     /* when that record was decided */
    struct span name;  /* the saga's external id: the event's subject */
    struct span event; /* the event's id, never another's: made of name and seq */
    struct span type;  /* what happened: "sagad.saga.completed", or the name of an emitted event */
    struct span data;  /* what the event says, as msgpack */
};

/* What becomes of a notice on its way to one webhook. */
enum delivery_change {
    /* the notice shall be sent to a webhook; the store numbers the delivery, ascending */
    DELIVERY_NEW = 1,
    DELIVERY_DONE,    /* the notice has arrived: forget the delivery */
    DELIVERY_LATER,   /* an attempt failed, and the next is due at due_ms */
    DELIVERY_DEAD,    /* the last attempt failed: a person may send the notice again */
    DELIVERY_AGAIN,   /* dead deliveries are due again; id 0 = all of the webhook's */
    DELIVERY_DISCARD, /* dead deliveries are forgotten; id 0 = all of the webhook's */
};

struct delivery {
    enum delivery_change change;
    uint64_t id;      /* number of the delivery; 0 = it is new, or all are meant */
    struct span hook; /* name of the webhook */
    uint32_t notice;  /* NEW: index of its notice in the batch */
    uint32_t attempts;
    uint32_t status; /* HTTP status of the last attempt; 0 = no answer */
    int64_t due_ms;  /* when to send the notice next, in running time */
    int64_t at_ms;   /* when the delivery changed, by the host's clock */
    /* what was wrong with the last attempt, for people; may be empty */
    struct span why;
};

/* What is kept of a webhook besides its deliveries. */
struct hook_row {
    struct span name;
    /* when the receiver said that it is gone for good (HTTP 410); 0 = it is sent to */
    int64_t disabled_ms;
    /* how many events were not kept for it, because too many were undelivered */
    uint64_t dropped;
    int64_t dropped_ms; /* when the last of these was not kept; 0 = never */
};

/* How far the coordinator has come with a schedule of a definition: ticks up to tick_ms have
 * started their saga, or were left out. When the host's clock is set back, tick_ms goes back with
 * it. */
struct schedule_row {
    struct span definition; /* name */
    uint8_t entry[32];      /* digest of the schedule: one that was changed begins anew */
    int64_t tick_ms;
};

/* How a saga stands to its concurrency key: holds it, or waits for it, and in which order. */
enum lock_change {
    LOCK_QUEUED = 1,
    LOCK_HELD,
    LOCK_ENDED, /* neither any more; the other members mean nothing then */
};

struct lock_row {
    enum lock_change change;
    uint64_t saga;   /* number of the saga in the store */
    uint8_t key[32]; /* digest of the definition's name and the concurrency key */
    uint32_t limit;  /* how many may hold the key at once, as the saga's definition says */
    /* lsn of the row by which the saga began to wait: the lowest is served first */
    uint64_t place_lsn;
};

/* By what lists find a saga, besides what its head says. The numbers are stored, so they never
 * change. */
enum facet_kind {
    FACET_LABEL = 1, /* a label of the saga: "key:value" */
    FACET_CAUSE = 2, /* code of the reason why the saga goes back */
    /* "parked", "in_doubt", "waiting": at least one step of the saga is in this state */
    FACET_STEP_STATUS = 3,
    FACET_CODE = 4,  /* code of an error that stands, of a step or of its undo */
    FACET_ALERT = 5, /* code of an alert that stands */
    /* "moved": the saga has been under more than one version of its definition */
    FACET_MOVED = 6,
    FACET_KIND_COUNT
};

/* From now on lists find the saga by this facet, or (has_ended) no more. To write again what the
 * store knows already changes nothing. */
struct facet_row {
    enum facet_kind kind;
    bool has_ended;
    uint64_t saga; /* number of the saga in the store */
    struct span value;
};

/* What one commit writes: all of it becomes durable, or nothing. All memory belongs to the batch's
 * owner, and stays until the store says that the batch is durable. */
struct rows {
    struct row *rows;
    struct head *heads;
    struct name *names;
    struct definition_row *definitions;
    struct inbox_row *inbox; /* events that have come */
    /* outcomes of events that have been offered to all, in the order of their numbers */
    struct inbox_done *inbox_done;
    struct wait_row *waits; /* changes that the store makes in this order */
    struct notice *notices;
    struct delivery *deliveries;
    struct hook_row *hooks;
    struct schedule_row *schedules;
    struct lock_row *locks;
    struct facet_row *facets;      /* changes that the store makes in this order */
    const struct clock_row *clock; /* NULL = what the store keeps of the clock does not change */
    uint32_t row_count;
    uint32_t head_count;
    uint32_t name_count;
    uint32_t definition_count;
    uint32_t inbox_count;
    uint32_t inbox_done_count;
    uint32_t wait_count;
    uint32_t notice_count;
    uint32_t delivery_count;
    uint32_t hook_count;
    uint32_t schedule_count;
    uint32_t lock_count;
    uint32_t facet_count;
};

#endif
