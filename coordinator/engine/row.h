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
};

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

/* One commit: all of it becomes durable, or nothing. All memory is borrowed from the batch's owner
 * until the store says that the batch is durable. */
struct rows {
    struct row *rows;
    struct head *heads;
    struct name *names;
    struct definition_row *definitions;
    uint32_t row_count;
    uint32_t head_count;
    uint32_t name_count;
    uint32_t definition_count;
};

#endif
