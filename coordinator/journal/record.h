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

/* The type's name, such as "task_intended"; NULL for a number that is no type. */
const char *record_type_name(uint32_t type);

enum record_flag {
    /* undo asked for: nobody knows whether the do had an effect; failed: an effect is possible */
    FLAG_IN_DOUBT = 1,
    /* failed, and trying again is of no use */
    FLAG_REFUSED = 2,
    FLAG_UNCOUNTED = 4, /* this attempt does not count against max_attempts */
    FLAG_FINAL = 8,     /* failed or in doubt, and no attempt is left */
    /* the answer to an older attempt: ends the doubt about that attempt, and changes nothing
     * else */
    FLAG_STALE = 16,
    /* asked for: an attempt that was given up as lost is running after all */
    FLAG_ADOPTED = 32,
    /* failed check: it says that no attempt under the key has had an effect */
    FLAG_NO_EFFECT = 64,
    /* the undo has failed for so long that other undos wait for it no more */
    FLAG_STUCK = 128,
    /* failed without an answer: no participant ever took the attempt */
    FLAG_UNANSWERED = 256,
    /* the saga goes back, and undoes only the steps that the record lists */
    FLAG_PARTIAL = 512,
    /* in doubt because the session was lost that the task had been sent to */
    FLAG_LOST = 1024,
    FLAG_FRESH = 2048, /* a person's retry that goes under the next key */
    /* answered `later`, when nobody waits for the attempt any more */
    FLAG_LATE = 4096,
    /* a rollback, or the way back that it begins: only to the record's step, then forward again */
    FLAG_SAVE_POINT = 1 << 19,
    /* about the undo of an effect that came late under an old key, not about the step's own undo */
    FLAG_LATE_EFFECT = 1 << 20,
    /* the starting saga has its concurrency key already, or shares its parent's */
    FLAG_HOLDS = 1 << 21,
    /* with SAVE_POINT: the saga pauses at the save-point, until somebody resumes it */
    FLAG_THEN_PAUSE = 1 << 23,
    /* a person's retry of a step for which nobody was asked yet: the step begins anew */
    FLAG_ANEW = 1 << 24,
    /* the check asked for is about the step's undo, not about its do */
    FLAG_OF_UNDO = 1 << 25,
};

struct record {
    enum record_type type;
    /* which fields the record has: 1 << the bit of each FIELD of schemas/records.def */
    uint32_t fields;
    /* index of the step in the definition; while the engine decides: in the saga */
    uint32_t step;
    /* which item of the step's fan-out, from 1; 0 = the step itself */
    uint32_t item;
    uint32_t kind; /* enum task_kind: which call of the step */
    uint32_t run;  /* number of the call's key, from 1 */
    uint32_t attempt;
    uint32_t flags; /* a set of enum record_flag */
    uint8_t token[TOKEN_SIZE];
    /* running time; but of a start_at, and of the deadline of an undo, a time of day */
    int64_t due_ms;
    int64_t until_ms; /* of a wait: the time of day at which it ends */
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
    struct span input; /* users' values, msgpack; so are output, details and labels */
    struct span output;
    struct span details;
    struct span labels;
    struct span steps; /* packed list of steps: see struct record_list */
    struct span accept;
    /* msgpack map: the terms of an open saga; or how a step of one is undone and confirmed */
    struct span form;
    struct span evidence;
    /* name of the only instance of the participant that may get the attempt; empty = any may */
    struct span to;
    uint32_t count; /* how many items the fan-out has */
    /* the event that started the saga, or that the step took or sent */
    struct span event;
    /* number of an event: this one, and all before it, do not count any more for the step or the
     * saga */
    int64_t mark;
};

/* Appends one record, and the users' values in it to `payload`; adds their number to *value_count.
 * Fields that are empty or 0 are left out. */
void record_put(const struct record *record, struct buf *records, struct buf *payload,
                uint32_t *value_count);

/* Makes the body of a row from the records that record_put() wrote. digest: of the payload; NULL
 * when there is none. */
void record_put_body(struct buf *body, const struct row *row, const struct moment *moment,
                     const uint8_t *digest, struct span records);

/* Reads from the first bytes of a body when its records were decided; false: these bytes are no
 * body. */
MUST_CHECK bool record_moment(struct span body, struct moment *moment);

/* Reads a row, record by record. */
struct record_reader {
    struct span payload;
    const uint8_t *at;
    const uint8_t *end;
    uint32_t left;        /* records that have not been read yet */
    struct moment moment; /* when the records of the row were decided */
    /* the row had a payload, which has been erased: its values read as nil */
    bool erased;
};

/* Begins to read a row. false: its body has another format or is that of another row, or its
 * payload is not the one that was hashed. */
MUST_CHECK bool record_open(struct record_reader *reader, const struct row *row);
/* Reads the next record. false: there is none, or (*bad) the bytes make no sense. The record's
 * spans point into the row. */
MUST_CHECK bool record_next(struct record_reader *reader, struct record *record, bool *bad);

/* Walks a packed list of steps, as records have them. */
struct record_list {
    struct span rest;
    uint32_t left;
};
struct record_list record_list_open(struct span list);
/* Reads the next step of the list; false: there is none. *item counts from 1; 0 = the step
 * itself. */
bool record_list_next(struct record_list *list, uint32_t *step, uint32_t *item);
/* Appends a step to a list whose array header the caller has written. item counts from 1; 0 = the
 * step itself. */
void record_list_put(struct buf *list, uint32_t step, uint32_t item);

#endif
