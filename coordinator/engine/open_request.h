/* open_request.h - what the client of an open saga says, and what it is told. */
#ifndef ENGINE_OPEN_REQUEST_H
#define ENGINE_OPEN_REQUEST_H

#include "language/open_step.h"

enum open_verb {
    OPEN_REGISTER, /* a step, before the client acts */
    OPEN_COMPLETE, /* how the step ended */
    OPEN_COMMIT,
    OPEN_ABORT,
    OPEN_VERB_COUNT
};

struct open_request {
    enum open_verb verb;
    struct span saga;        /* external id */
    struct span actor;       /* from the authenticated peer */
    struct span step;        /* REGISTER, COMPLETE: its name */
    struct span input;       /* REGISTER: msgpack; empty = nil */
    struct span needs;       /* REGISTER: msgpack array of names; empty = not given */
    struct open_calls calls; /* REGISTER: how the step is undone and confirmed */
    struct span key;         /* COMPLETE: empty = the present one */
    bool ok;                 /* COMPLETE: else it has failed */
    bool in_doubt;           /* COMPLETE, failed: it may have had an effect */
    struct span output;      /* COMPLETE, COMMIT: msgpack; empty = nil */
    struct span code;        /* COMPLETE failed, ABORT: why */
    struct span message;
    struct span details; /* COMPLETE failed: msgpack; may be empty */
    int64_t cost_micros; /* COMPLETE: micro-USD; 0 = not said */
};

/* How a step of an open saga stands, as the client that runs the saga is told. */
enum open_state {
    OPEN_STATE_NONE,
    OPEN_STATE_NEW,    /* registered now: act */
    OPEN_STATE_OPEN,   /* registered before, and not completed, or in doubt */
    OPEN_STATE_DONE,   /* completed: do not act again */
    OPEN_STATE_FAILED, /* completed without an effect */
    OPEN_STATE_STALE,  /* complete: of an older key, which changes nothing */
};

/* What comes of a request, besides its error. */
struct open_reply {
    enum open_state state;
    struct span key;    /* REGISTER: to act with */
    struct span output; /* of a step that is done; of a saga that is completed; empty = none */
    const char *code;   /* of a refusal, when its error alone says too little: a literal, or NULL */
};

/* "new" ...; NULL for OPEN_STATE_NONE. */
const char *open_state_name(enum open_state state);

#endif
