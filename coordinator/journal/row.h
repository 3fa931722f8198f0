/* row.h - what the engine gives the store to make durable, and gets back to start again.
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
    uint64_t lsn;        /* position in the journal: ascending, gapless, from 1 */
    uint64_t saga;       /* internal id: ascending from 1, never reused */
    uint64_t seq;        /* the saga's sequence number of the first record in it, from 1 */
    uint32_t count;      /* records in it */
    uint64_t prev;       /* lsn of the saga's row before this one; 0 = none */
    struct span body;    /* msgpack, see record.h */
    struct span payload; /* msgpack; empty when it carries no user value */
};

/* What is written of a saga besides its rows: at start, at the end, and when its state changes. */
struct head {
    uint64_t saga;
    enum saga_state state;
    bool is_new;    /* insert; else update the row that is there */
    bool has_moved; /* to another version of its definition */
    bool paused;
    struct span definition; /* name; is_new or has_moved only */
    uint32_t version;       /* is_new or has_moved only */
    int64_t started_ms;     /* is_new only */
    int64_t ended_ms;       /* 0 = not ended */
    uint64_t first_lsn;
    uint64_t last_lsn; /* of its newest row, this batch's included */
    int64_t due_ms; /* asleep: the saga need not be in memory before this running time; 0 = awake */
    int64_t until_ms; /* asleep: nor before this time of day; 0 = no time of day wakes it */
};

/* due_ms of a saga that sleeps until something happens to it: a time that no clock shows (year
 * 4199), of the width that all others have in the store. */
#define DUE_NEVER_MS (INT64_C(1) << 46)
/* due_ms of a saga that has ended, and whose parent does not know it yet. */
#define DUE_OWED_MS INT64_C(1)

/* A name that must never mean anything else: a saga's id, a request's idempotency key, or the token
 * of a task that was answered `later`, by which its saga is found when it has left memory. */
struct name {
    struct span text;   /* a saga id as it is; others with a leading byte, see enum name_kind */
    uint64_t saga;      /* the saga that the name means; 0: a request's key that is of no saga */
    uint8_t digest[32]; /* of the request that made the name; of a token: zeroes */
};

enum { TOKEN_SIZE = 16 }; /* of the random token of an attempt */

enum name_kind { NAME_REQUEST = 0x01, NAME_TOKEN = 0x02 };
enum { NAME_TOKEN_SIZE = 1 + 32 }; /* its first byte, and the token in hex */

/* A version of a definition as the store keeps it. */
struct definition_row {
    struct span name;
    uint32_t version;
    uint8_t digest[32]; /* SHA-256 of source */
    struct span source; /* canonical JSON */
    int64_t applied_ms; /* by the host's clock */
    struct span actor;
};

/* An event as the inbox keeps it: until it has been offered, and while a live saga that started
 * before it may still want it. Its identity (source, id) is remembered for ever. */
struct inbox_row {
    uint64_t number;    /* ascending, gapless, from 1: the order in which events came */
    struct span name;   /* what has happened: "payment.settled" */
    struct span source; /* where; source and id are the event's identity */
    struct span id;
    struct span saga;  /* external id of the only saga that the event is for; empty = for all */
    struct span cause; /* external id of the saga whose step sent it; empty = from outside */
    int64_t at_ms;     /* when the event happened, or came, by the host's clock */
    int64_t came_ms;   /* when it came: running time */
    struct span data;  /* msgpack */
};

/* What came of an event that has been offered to everyone: remembered with the event's identity.
 * Events are offered in the order of their numbers. */
struct inbox_done {
    uint64_t number;
    struct span name;
    struct span source;
    struct span id;
    uint32_t delivered;  /* steps that took it */
    struct span started; /* msgpack array of the ids of sagas that it started */
};

/* Who wants which events, so that the right ones are kept and each finds those that wait for it. */
enum wait_change {
    WAIT_WANTED,   /* (saga, name): a step that has not begun will wait for it; kept after `mark` */
    WAIT_UNWANTED, /* (saga, name): no such step is left */
    WAIT_BEGUN,    /* (saga, step): waits for `name`, whose value at `path` has this hash */
    WAIT_RECALLED, /* (saga, step): what came before the wait has been offered to the step */
    WAIT_ENDED,    /* (saga, step) */
    WAIT_MISSED, /* (saga, step): an event could not be offered: those after `mark` are recalled */
};

struct wait_row {
    enum wait_change change;
    uint64_t saga; /* internal id */
    uint32_t step;
    struct span name;
    struct span path; /* BEGUN: as written, "$.event.data.order"; empty = any event of the name */
    int64_t value;    /* BEGUN: hash of what must stand at the path; 0 without a path */
    uint64_t mark;    /* WANTED, BEGUN, MISSED: events with greater numbers count */
};

/* Something that the world is told of a saga: an event for the outbox. It is written only together
 * with deliveries of it, and lives as long as one of them does. */
struct notice {
    uint64_t saga;     /* internal id: what is told of one saga arrives in order */
    uint64_t seq;      /* of the record that caused it */
    int64_t at_ms;     /* when that was */
    struct span name;  /* the saga's external id: the event's subject */
    struct span event; /* the event's id, never another's: made of name and seq */
    struct span type;  /* what happened: "sagad.saga.completed", or the name of an emitted event */
    struct span data;  /* msgpack */
};

/* What becomes of a notice on its way to one webhook. */
enum delivery_change {
    DELIVERY_NEW = 1, /* the delivery is due; the store numbers it, ascending */
    DELIVERY_DONE,    /* the notice has arrived: forget the delivery */
    DELIVERY_LATER,   /* an attempt failed, and the next is due at due_ms */
    DELIVERY_DEAD,    /* the last attempt failed: a person may send the notice again */
    DELIVERY_AGAIN,   /* dead ones are due again; id 0 = all of the hook's */
    DELIVERY_DISCARD, /* dead ones are forgotten; id 0 = all of the hook's */
};

struct delivery {
    enum delivery_change change;
    uint64_t id;      /* 0 = new, or all */
    struct span hook; /* name of the webhook */
    uint32_t notice;  /* NEW: index in the batch's notices */
    uint32_t attempts;
    uint32_t status; /* HTTP status of the last attempt; 0 = no answer */
    int64_t due_ms;  /* running time */
    int64_t at_ms;   /* when it changed */
    struct span why; /* what was wrong, for people; may be empty */
};

/* What is kept of a webhook besides its deliveries. */
struct hook_row {
    struct span name;
    int64_t disabled_ms; /* the receiver said that it is gone for good (410); 0 = in use */
    uint64_t dropped;    /* events that were not kept, for too many were undelivered */
    int64_t dropped_ms;  /* when the last of them was; 0 = never */
};

/* How far a schedule of a definition has been dealt with: ticks up to here have started their saga,
 * or were left out. It goes back with the host's clock. */
struct schedule_row {
    struct span definition; /* name */
    uint8_t entry[32];      /* digest of the schedule: a changed one begins anew */
    int64_t tick_ms;
};

/* A saga and its concurrency key: who holds it, and who waits for it in which order. */
enum lock_change {
    LOCK_QUEUED = 1,
    LOCK_HELD,
    LOCK_ENDED, /* only the saga counts */
};

struct lock_row {
    enum lock_change change;
    uint64_t saga;      /* internal id */
    uint8_t key[32];    /* digest of the definition's name and the key */
    uint32_t limit;     /* how many may hold the key at once, as the saga's definition says */
    uint64_t place_lsn; /* of the row that queued the saga: who waits is served in this order */
};

/* What lists find a saga by, besides what its head says. The numbers are stored. */
enum facet_kind {
    FACET_LABEL = 1, /* "key:value" */
    FACET_CAUSE = 2, /* code of the saga's reason */
    FACET_STEP_STATUS =
        3,           /* "parked", "in_doubt", "waiting": one of its steps stands so, at least */
    FACET_CODE = 4,  /* of an error that stands: of a step, or of its undo */
    FACET_ALERT = 5, /* code of an alert that stands */
    FACET_MOVED = 6, /* "moved": it has been under more than one version of its definition */
    FACET_KIND_COUNT
};

/* A facet of a saga begins or ends. To say again what is so changes nothing. */
struct facet_row {
    enum facet_kind kind;
    bool has_ended;
    uint64_t saga; /* internal id */
    struct span value;
};

/* One commit: all of it becomes durable, or nothing. All memory is borrowed from the batch's owner
 * until the store says that the batch is durable. */
struct rows {
    struct row *rows;
    struct head *heads;
    struct name *names;
    struct definition_row *definitions;
    struct inbox_row *inbox;       /* new events */
    struct inbox_done *inbox_done; /* offered ones, in the order of their numbers */
    struct wait_row *waits;        /* in the order in which they are to be made */
    struct notice *notices;
    struct delivery *deliveries;
    struct hook_row *hooks;
    struct schedule_row *schedules;
    struct lock_row *locks;
    struct facet_row *facets;      /* in the order in which they are to be made */
    const struct clock_row *clock; /* NULL = as it was */
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
