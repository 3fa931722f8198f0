/* verb_request.h - what a person asks of a saga. */
#ifndef ENGINE_VERB_REQUEST_H
#define ENGINE_VERB_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"
#include "journal/verb.h"

struct verb_request {
    enum verb verb;
    struct span saga;         /* external id */
    struct span actor;        /* from the authenticated peer */
    const struct span *roles; /* the actor's: its role and its groups */
    uint32_t roles_count;
    struct span reason; /* required */
    struct span step;   /* retry, resolve, skip, approve, reject: the step's name; else empty */
    struct span to;     /* rollback: the step to keep, and to go forward from; else empty */
    bool then_pause;    /* with `to`: paused there, until somebody resumes it */
    const struct span *steps;  /* reverse: only these */
    uint32_t steps_count;      /* 0 = all */
    const struct span *accept; /* irrevocable steps that the person accepts to keep */
    uint32_t accept_count;
    struct span input;       /* retry: a new input (msgpack); empty = the same as before */
    struct span event;       /* signal: its name; `input` is its data */
    enum step_state outcome; /* resolve: SUCCEEDED, FAILED, COMPENSATED or KEPT */
    struct span output;      /* resolve: msgpack, may be empty */
    struct span evidence;    /* resolve: text, may be empty */
    uint32_t version;        /* migrate: to this one */
    struct span plan_digest; /* hex text; empty = none given */
    uint64_t if_seq;         /* refuse unless the saga's seq is this; 0 = any */
    struct span key;         /* idempotency key as a name (0x01...), or empty */
    uint8_t digest[32];      /* of the request, with key */
};

#endif
