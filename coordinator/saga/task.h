/* task.h - one attempt at something that a participant is asked to do, as the adapters see it.
 *
 * All memory is the engine's. It stays until the attempt has its last answer, or is recalled,
 * and the batch that says so has been released. */
#ifndef SAGA_TASK_H
#define SAGA_TASK_H

#include "journal/row.h"

struct task {
    uint64_t saga;             /* internal id */
    struct span key;           /* idempotency key: "trip-17/hotel/do" */
    uint32_t attempt;          /* from 1; travels beside the key */
    uint8_t token[TOKEN_SIZE]; /* random, this attempt's alone; hex on the wire */
    enum task_kind kind;
    struct span action;     /* "hotels.reserve": service, dot, operation */
    struct span saga_name;  /* external id */
    struct span definition; /* name */
    uint32_t version;
    struct span step;  /* name */
    struct span input; /* frozen, msgpack */
    struct span
        do_key; /* undo, confirm: of the do that they belong to; check: of what it asks about */
    struct span output;      /* undo, confirm, check: output of the do; nil when unknown */
    bool in_doubt;           /* undo, confirm, check: do_key's outcome is unknown */
    int64_t ttl_ms;          /* from the sending; less when close_at_ms comes first */
    int64_t close_at_ms;     /* coordinator time by which all must be over; 0 = none */
    int64_t heartbeat_ms;    /* 0 = none asked for */
    struct span details;     /* of the last heartbeat of an earlier attempt; may be empty */
    uint64_t session;        /* the only one that it may go to (placement.h); 0 = any */
    struct span traceparent; /* W3C */
    struct span tracestate;  /* may be empty */
};

#endif
