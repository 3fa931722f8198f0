/* task.h - one attempt at something that a participant is asked to do, as the adapters see it.
 *
 * The spans point into the engine's memory. It stays until the attempt has its last answer, or
 * its task is recalled, and the batch that says so has been released. */
#ifndef SAGA_TASK_H
#define SAGA_TASK_H

#include "journal/row.h"

struct task {
    uint64_t saga;             /* number of the saga within the store */
    struct span key;           /* idempotency key: "trip-17/hotel/do" */
    uint32_t attempt;          /* from 1; goes to the participant beside the key */
    uint8_t token[TOKEN_SIZE]; /* random, for this attempt alone; in hex on the wire */
    enum task_kind kind;
    struct span action;     /* what to do, "hotels.reserve": service, dot, operation */
    struct span saga_name;  /* the saga's id, as clients know it */
    struct span definition; /* name of the saga's definition */
    uint32_t version;
    struct span step;  /* name of the step */
    struct span input; /* msgpack; the same for all attempts under one key */
    /* undo, confirm: key of the do that it belongs to; check: key of the call that it asks about */
    struct span do_key;
    struct span output; /* undo, confirm, check: output of the do; nil when unknown */
    bool in_doubt;      /* undo, confirm, check: do_key's outcome is unknown */
    /* time that the participant has, from the sending; less when close_at_ms comes first */
    int64_t ttl_ms;
    /* by this time of the coordinator's clock all attempts must be over; 0 = no limit */
    int64_t close_at_ms;
    int64_t heartbeat_ms; /* a heartbeat is expected at least this often; 0 = none is */
    /* what the last heartbeat of an earlier attempt said; may be empty */
    struct span details;
    /* the only session that the task may be sent to (placement.h); 0 = any */
    uint64_t session;
    struct span traceparent; /* W3C trace context */
    struct span tracestate;  /* goes with traceparent; may be empty */
};

#endif
