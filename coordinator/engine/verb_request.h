/* verb_request.h - a verb: one request of a person about a saga, with all its parameters. */
#ifndef ENGINE_VERB_REQUEST_H
#define ENGINE_VERB_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"
#include "journal/verb.h"

struct verb_request {
    enum verb verb;
    struct span saga;         /* external id of the saga that the verb is about */
    struct span actor;        /* who asks, as the connection was authenticated */
    const struct span *roles; /* the actor's role and groups */
    uint32_t roles_count;
    struct span reason; /* why, in the person's words: required */
    /* the step's name, for retry, resolve, skip, approve and reject; else empty */
    struct span step;
    /* rollback: the save-point, a step that is kept and from which the saga goes forward; else
     * empty */
    struct span to;
    /* rollback with `to`: the saga is paused at the save-point, until somebody resumes it */
    bool then_pause;
    const struct span *steps; /* reverse: names of the steps to undo */
    uint32_t steps_count;     /* 0 = all steps */
    /* names of irrevocable steps whose effects the person accepts to keep */
    const struct span *accept;
    uint32_t accept_count;
    struct span input; /* retry: a new input (msgpack); empty = the same as before */
    struct span event; /* signal: the event's name; its data is `input` */
    /* resolve: what became of the step: SUCCEEDED, FAILED, COMPENSATED or KEPT */
    enum step_state outcome;
    struct span output;   /* resolve: the step's output as msgpack; may be empty */
    struct span evidence; /* resolve: how the person knows, as text; may be empty */
    uint32_t version;     /* migrate: the version to move to */
    /* digest of the plan or question that the person saw, as hex; empty = none given */
    struct span plan_digest;
    uint64_t if_seq; /* the verb is refused unless the saga's seq is this; 0 = any */
    /* idempotency key of the request, as a name of the store (0x01 and the key); or empty */
    struct span key;
    /* with `key`: digest of the request, by which a repeated one is known */
    uint8_t digest[32];
};

#endif
