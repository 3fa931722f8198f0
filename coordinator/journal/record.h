/* record.h - the journal's records, and the bytes of a row.
 *
 * Body, one msgpack array, hashed as stored and never re-serialised:
 *     [2, saga, seq, at_ms, running, host, digest or nil, record, record, ...]
 *   2         the format's number
 *   saga      internal id;   seq   of the first record, the others count on
 *   running   running time less at_ms;   host   the host's clock less at_ms: see moment.h
 *   digest    SHA-256 of the payload's bytes (bin 32); nil when there is no payload
 *   record    [type, bits, field, ...]: schemas/records.def
 * Payload, one msgpack array: [salt, value, value, ...]
 *   salt      16 random bytes, so that small values cannot be guessed from the digest
 *   value     a user's value as it came; records name it by its index, from 1
 * A payload may be erased later; the body, and the proof over it, stay.
 *
 * Format 1, which is read still, had one clock for all: [1, saga, seq, at_ms, digest or nil,
 * record, ...]. */
#ifndef JOURNAL_RECORD_H
#define JOURNAL_RECORD_H

#include "base/check.h"
#include "journal/moment.h"
#include "journal/row.h"

struct buf;

#define RECORD(name, number, text) RECORD_##name = (number),
enum record_type {
#include "schemas/records.def"
    RECORD_COUNT
};

/* "task_intended"; NULL for a number that is none. */
const char *record_type_name(uint32_t type);

enum record_flag {
    FLAG_IN_DOUBT = 1,  /* intended undo: the do's outcome is unknown; failed: effect possible */
    FLAG_REFUSED = 2,   /* failed: not retryable */
    FLAG_UNCOUNTED = 4, /* this attempt does not count against max_attempts */
    FLAG_FINAL = 8,     /* no attempt is left */
    FLAG_STALE = 16,   /* the answer of an older attempt: that attempt's doubt ends, nothing else */
    FLAG_ADOPTED = 32, /* intended: an attempt that was lost is running after all */
    FLAG_NO_EFFECT = 64,       /* failed: no attempt of this key left an effect (a check said so) */
    FLAG_STUCK = 128,          /* an undo that fails for long no longer holds others back */
    FLAG_UNANSWERED = 256,     /* failed without an answer: the attempt was never taken */
    FLAG_PARTIAL = 512,        /* compensating: only the steps listed */
    FLAG_LOST = 1024,          /* in doubt because its session was lost */
    FLAG_FRESH = 2048,         /* operator's retry: attempts are counted from anew */
    FLAG_LATE = 4096,          /* waiting: nobody waits for the end of this wait any more */
    FLAG_SAVE_POINT = 1 << 19, /* operator, compensating: back to the step, then forward again */
    FLAG_LATE_EFFECT = 1 << 20, /* of an undo beside the step's own: for an effect of an old key */
    FLAG_HOLDS = 1 << 21,       /* started: has its concurrency key, or shares its parent's */
    FLAG_THEN_PAUSE = 1 << 23,  /* with SAVE_POINT: paused there, until somebody resumes it */
    FLAG_ANEW = 1 << 24,    /* operator's retry: nothing was asked for, and the step begins anew */
    FLAG_OF_UNDO = 1 << 25, /* intended check: about the step's undo, not about its do */
};

struct record {
    enum record_type type;
    uint32_t fields; /* bit set of what is present: 1 << the FIELD's bit */
    uint32_t step;   /* index in the definition; while a turn decides: in the saga */
    uint32_t item;   /* of a fan-out, from 1; 0 = the step itself */
    uint32_t kind;   /* enum task_kind */
    uint32_t run;    /* n of the key, from 1 */
    uint32_t attempt;
    uint32_t flags; /* enum record_flag */
    uint8_t token[TOKEN_SIZE];
    int64_t due_ms;   /* running time, but a start_at and an undo's deadline: times of day */
    int64_t until_ms; /* a wait's: the time of day at which it ends */
    int64_t cost_micros;
    struct span code;
    struct span message;
    struct span actor;
    struct span reason;
    uint32_t verb; /* enum verb */
    struct span name;
    struct span definition;
    uint32_t version;
    struct span traceparent;
    struct span tracestate;
    struct span input; /* values: msgpack */
    struct span output;
    struct span details;
    struct span labels;
    struct span steps; /* packed list of step indexes: see record_list */
    struct span accept;
    struct span
        form; /* msgpack map: terms of an open saga; how a step of one is undone, confirmed */
    struct span evidence;
    struct span to;    /* intended: the only instance that the attempt is for; empty = any */
    uint32_t count;    /* items of a fan-out */
    struct span event; /* the event that started the saga, or that a step took or sent */
    int64_t mark;      /* number of the last event that does not count any more */
};

/* Appends one record, and its values to `payload`; *value_count counts those. Empty spans and
 * zeroes are left out. */
void record_put(const struct record *record, struct buf *records, struct buf *payload,
                uint32_t *value_count);

/* Puts a row's body together of what record_put() made; digest NULL when there is no payload. */
void record_put_body(struct buf *body, const struct row *row, const struct moment *moment,
                     const uint8_t *digest, struct span records);

/* When the records of a body were decided, from its first bytes; false: it is none. */
MUST_CHECK bool record_moment(struct span body, struct moment *moment);

/* Reads a row, record by record. */
struct record_reader {
    struct span payload;
    const uint8_t *at;
    const uint8_t *end;
    uint32_t left;        /* records not read yet */
    struct moment moment; /* of the row */
    bool erased;          /* there was a payload and it is gone */
};

/* false: the body is not of the format or not this row's, or the payload is not what was hashed. */
MUST_CHECK bool record_open(struct record_reader *reader, const struct row *row);
/* false at the end, or with *bad when the bytes make no sense. Spans point into the row. */
MUST_CHECK bool record_next(struct record_reader *reader, struct record *record, bool *bad);

/* Walks a list. */
struct record_list {
    struct span rest;
    uint32_t left;
};
struct record_list record_list_open(struct span list);
/* false at the end. *item counts from 1; 0 = the step itself. */
bool record_list_next(struct record_list *list, uint32_t *step, uint32_t *item);
/* Appends to a list whose array header was written; item 0 = the step itself. */
void record_list_put(struct buf *list, uint32_t step, uint32_t item);

#endif
