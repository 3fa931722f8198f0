/* open_request.h - one request of the client of an open saga, and the answer to it. */
#ifndef ENGINE_OPEN_REQUEST_H
#define ENGINE_OPEN_REQUEST_H

#include "language/open_step.h"

enum open_verb {
    OPEN_REGISTER, /* write down a step, before the client acts */
    OPEN_COMPLETE, /* say how the step ended */
    OPEN_COMMIT,
    OPEN_ABORT,
    OPEN_VERB_COUNT
};

struct open_request {
    enum open_verb verb;
    struct span saga;  /* external id of the open saga */
    struct span actor; /* who asks, as the connection was authenticated */
    struct span step;  /* REGISTER, COMPLETE: the step's name */
    struct span input; /* REGISTER: the step's input, msgpack; empty = nil */
    /* REGISTER: names of the steps that this one depends on, a msgpack array; empty = not given */
    struct span needs;
    struct open_calls calls; /* REGISTER: how the step is undone and confirmed */
    /* COMPLETE: the idempotency key that the client acted with; empty = the step's present key */
    struct span key;
    bool ok; /* COMPLETE: true = the step has succeeded, false = it has failed */
    /* COMPLETE of a failed step: the step may have had an effect all the same */
    bool in_doubt;
    /* COMPLETE: the step's output, COMMIT: the saga's, as msgpack; empty = nil */
    struct span output;
    struct span code; /* COMPLETE of a failed step, ABORT: error code that says why */
    struct span message;
    struct span details; /* COMPLETE of a failed step: msgpack; may be empty */
    /* COMPLETE: what the step cost, in millionths of a US dollar; 0 = not said */
    int64_t cost_micros;
};

/* The state of a step of an open saga, as its client is told. */
enum open_state {
    OPEN_STATE_NONE,
    OPEN_STATE_NEW,    /* registered by this request: the client shall act */
    OPEN_STATE_OPEN,   /* registered by an earlier request, and not completed or in doubt */
    OPEN_STATE_DONE,   /* completed by an earlier request: the client must not act again */
    OPEN_STATE_FAILED, /* its client has said that it failed without an effect */
    /* answer to COMPLETE: the request has an older key of the step, so nothing was changed */
    OPEN_STATE_STALE,
};

/* The answer to a request, besides its error code. */
struct open_reply {
    enum open_state state;
    struct span key; /* REGISTER: the idempotency key that the client shall act with */
    /* the output of a step that is done, or of a saga that is completed; empty = none */
    struct span output;
    /* more exact code of a refusal, where its error alone says too little: a literal, or NULL */
    const char *code;
};

/* The public name of the state, such as "new"; NULL for OPEN_STATE_NONE. */
const char *open_state_name(enum open_state state);

#endif
