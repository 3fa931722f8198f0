/* row.h - what the engine gives the store to make durable, and gets back to start again.
 *
 * A row is everything that one event made happen to one saga: the journal's unit, and the leaf of
 * the audit log. `body` is written once and never changed; its bytes are what is hashed. `payload`
 * holds the users' values (inputs, outputs) and may be erased later: the body keeps their salted
 * digest. The format of both: record.h. */
#ifndef ENGINE_ROW_H
#define ENGINE_ROW_H

#include "base/span.h"
#include "engine/states.h"

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
    bool is_new; /* insert; else update the row that is there */
    bool paused;
    struct span definition; /* name; is_new only */
    uint32_t version;       /* is_new only */
    int64_t started_ms;     /* is_new only */
    int64_t ended_ms;       /* 0 = not ended */
    uint64_t first_lsn;
    uint64_t last_lsn; /* of its newest row, this batch's included */
    int64_t due_ms;    /* asleep: it need not be in memory before; 0 = awake */
};

/* due_ms of a saga that sleeps until something happens to it: a time that no clock shows (year
 * 4199), of the width that all others have in the store. */
#define DUE_NEVER_MS (INT64_C(1) << 46)

/* A name that must never mean anything else: a saga's id, or a request's idempotency key. */
struct name {
    struct span text;   /* a saga id as it is; a request key with a leading byte 0x01 */
    uint64_t saga;      /* what it means */
    uint8_t digest[32]; /* of the request that made it */
};

/* A definition as it is kept. */
struct definition_row {
    struct span name;
    uint32_t version;
    uint8_t digest[32]; /* SHA-256 of source */
    struct span source; /* canonical JSON */
    int64_t applied_ms;
    struct span actor;
};

/* An event as the inbox keeps it: until it has been offered, and while a live saga that started
 * before it may still want it. Its identity (source, id) is remembered for ever. */
struct inbox_row {
    uint64_t number;    /* ascending, gapless, from 1: the order in which events came */
    struct span name;   /* what has happened: "payment.settled" */
    struct span source; /* where, with id its identity */
    struct span id;
    struct span saga;  /* external id of the only saga that it is for; empty = for all */
    struct span cause; /* external id of the saga whose step sent it; empty = from outside */
    int64_t at_ms;     /* when it happened, or came */
    struct span data;  /* msgpack */
};

/* An event has been offered to everyone, and this is what came of it: part of its identity from now
 * on. Events are offered in the order of their numbers. */
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
    WAIT_RECALLED, /* (saga, step): all that came before its wait has been offered to it */
    WAIT_ENDED,    /* (saga, step) */
};

struct wait_row {
    enum wait_change change;
    uint64_t saga; /* internal id */
    uint32_t step;
    struct span name;
    struct span path; /* BEGUN: as written, "$.event.data.order"; empty = any event of the name */
    int64_t value;    /* BEGUN: hash of what stands there; 0 without a path */
    uint64_t mark;    /* WANTED: events with greater numbers count */
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
    uint32_t row_count;
    uint32_t head_count;
    uint32_t name_count;
    uint32_t definition_count;
    uint32_t inbox_count;
    uint32_t inbox_done_count;
    uint32_t wait_count;
};

#endif
