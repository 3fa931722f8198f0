/* event.h - everything that can happen to the engine, and everything it can ask for.
 *
 * Both enums are closed: nothing else enters, nothing else leaves. Spans in an event are
 * borrowed for the call; spans in an effect live until the batch that holds the effect has been
 * released and engine_released() was called. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include "base/error.h"
#include "journal/verb.h"
#include "saga/task.h"

struct definition;
struct jsonschema_report;

struct jsonschema_report; /* jsonschema.h */

/* Random bytes that come with an event, as its time does: tokens and salts are made of these
 * bytes. */
struct entropy {
    const uint8_t *bytes; /* from the system's generator; in tests from a seeded one */
    size_t size;
    size_t used;
};

/* What one event may use at most: a token for an attempt of each step, another one for the undo of
 * an old key of it, and one salt. */
enum { ENTROPY_PER_EVENT = 16 * (2 * 1000 + 1) };

enum event_kind {
    EVENT_START,     /* a client starts a saga */
    EVENT_RESULT,    /* a participant (or a person's finish) says how an attempt ended */
    EVENT_SENT,      /* an attempt has left for a session */
    EVENT_LOST,      /* the session that an attempt was sent to is lost */
    EVENT_UNTAKEN,   /* an attempt never left, or its instance says that it was never taken */
    EVENT_ADOPT,     /* a participant names an attempt as running */
    EVENT_BEAT,      /* a heartbeat names an attempt */
    EVENT_TIME,      /* time has passed: due timers fire */
    EVENT_SERVING,   /* after recovery: participants may come back from now on */
    EVENT_VERB,      /* an operator asks for something */
    EVENT_CHILD,     /* a parent asks something of its child, which may not be there yet */
    EVENT_CHILD_END, /* a parent hears what became of its child */
    EVENT_ARRIVED,   /* an event has come from outside, for the inbox */
    EVENT_DELIVER,   /* an event of the inbox is offered to a step that may wait for it */
    EVENT_LOCK_FREE, /* a concurrency key may be free for this waiting saga */
};

enum result_status { RESULT_OK, RESULT_FAILED, RESULT_LATER };

struct result {
    struct span key;  /* empty: found by token alone, while its saga is in memory (finish) */
    uint32_t attempt; /* 0: not said (finish) */
    uint8_t token[TOKEN_SIZE];
    enum result_status status;
    struct span output; /* msgpack, empty = nil */
    struct span code;   /* of a failure */
    struct span message;
    struct span details; /* msgpack, may be empty */
    bool retryable;
    bool in_doubt;
    int64_t retry_after_ms; /* -1 = not said */
    int64_t cost_micros;    /* micro-USD, 0 = not said */
};

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

struct start_request {
    const struct definition *definition; /* kept: immutable for the process's life */
    struct span name;        /* external id; made by the adapter when the caller gave none */
    struct span input;       /* msgpack; empty = nil */
    struct span labels;      /* msgpack map of str; empty = none */
    int64_t start_at_ms;     /* 0 = now */
    struct span traceparent; /* valid W3C, or empty */
    struct span tracestate;
    struct span actor;
    uint8_t digest[32]; /* of the request, for idempotency */
    struct span key;    /* idempotency key as a name (0x01...), or empty */
    uint8_t key_digest[32];
    struct span event; /* of the inbox, that starts the saga: see event_value_put(); empty = none */
    uint64_t event_number; /* the event's number */
    bool is_child;         /* a parent starts the saga: nobody waits for a reply */
    bool shares_lock;      /* the saga's parent has a concurrency key, or shares one */
    struct span lock;      /* set by the engine alone: the concurrency key, as text */
};

struct child_ask {
    enum child_wish wish;
    struct start_request
        start; /* name: the child's id; definition: set by the core, which looks it up */
    struct span definition; /* of the definition */
    uint32_t version;       /* 0 = the newest */
    struct span reason;     /* BACK, REVERSE: a text */
};

/* What a parent hears: the child's state, when it has ended or parked. */
struct child_end {
    struct span parent;
    struct span child;
    enum saga_state state; /* NONE: there is no such child, see code */
    bool is_busy;          /* NONE: the child could not be started now; ask again */
    struct span code;      /* why the child has failed; empty when it is completed */
    struct span message;
    struct span actor;        /* TERMINATED: who terminated the child */
    struct span output;       /* COMPLETED: msgpack, or empty */
    int64_t cost_micros;      /* of all attempts of the child */
    int64_t undo_cost_micros; /* the part of that which undos have cost */
};

/* An event of the inbox, offered to one step. */
struct event_delivery {
    struct span saga; /* external id */
    uint32_t step;    /* the step's index in the saga */
    struct span name;
    uint64_t number;
    struct span event; /* see event_value_put() */
    bool *is_taken;    /* set by the engine: has the step taken the event? */
};

struct event {
    enum event_kind kind;
    int64_t now_ms; /* coordinator time */
    struct entropy *entropy;
    uint64_t ref; /* of the asker; comes back in DONE and REPLY */
    union {
        struct start_request start;
        struct result result;
        struct verb_request verb;
        struct child_ask child;
        struct child_end child_end;
        struct inbox_row arrived; /* without its number */
        struct event_delivery delivery;
        struct span lock_for; /* LOCK_FREE: external id */
        struct {              /* SENT, LOST, UNTAKEN, ADOPT, BEAT */
            struct span key;  /* ADOPT and BEAT: with attempt */
            uint32_t attempt;
            uint8_t token[TOKEN_SIZE]; /* SENT, LOST, UNTAKEN */
            bool barrier; /* SENT, ADOPT: the participant's database refuses a do after its undo */
            struct span details; /* BEAT */
        } task;
    };
};

enum effect_kind {
    EFFECT_TASK,   /* send this to a participant, when one has room */
    EFFECT_CANCEL, /* an attempt is no longer wanted: one that was not sent is dropped and reported
                      UNTAKEN, of any other the participant is told */
    EFFECT_DONE,   /* tell `ref` the verdict on its result */
    EFFECT_REPLY,  /* answer the request `ref` */
    EFFECT_STATUS, /* a saga's state has changed: wake the requests that wait for that */
    EFFECT_ALERT,  /* a person should look at this */
    EFFECT_CHILD,  /* look up the definition and the child, then step EVENT_CHILD */
    EFFECT_CHILD_END, /* step EVENT_CHILD_END for the parent */
    EFFECT_RECALL, /* a step waits: offer it the events that came since its saga's start, in order
                    */
    EFFECT_LOCK_FREE, /* step EVENT_LOCK_FREE for status.saga */
};

struct effect {
    enum effect_kind kind;
    uint64_t ref;
    union {
        struct task *task; /* TASK */
        struct child_ask *child;
        struct child_end *child_end;
        struct { /* CANCEL, DONE; a CANCEL's ref names a session, or is 0 */
            struct span key;
            uint32_t attempt;
            uint8_t token[TOKEN_SIZE];
            struct span action;   /* CANCEL: names the service that is told; also after `later` */
            const char *reason;   /* CANCEL: a literal */
            int64_t over_ms;      /* CANCEL: the participant's slot is free from then on; INT64_MAX:
                                     unknown */
            enum verdict verdict; /* DONE */
        } call;
        struct { /* REPLY */
            enum saga_error error;
            const char *why;  /* a literal or batch memory; NULL = the error's sentence */
            struct span saga; /* external id */
            enum saga_state state;
            bool duplicate;
            uint64_t seq;
            const struct jsonschema_report *problems; /* INVALID: of a start's input, or NULL */
        } reply;
        struct {            /* RECALL */
            uint64_t saga;  /* internal id */
            struct span id; /* external id */
            uint32_t step;
            struct span name;
            uint64_t mark; /* events with greater numbers count */
        } recall;
        struct { /* STATUS, ALERT */
            struct span saga;
            enum saga_state state;
            struct span step;   /* ALERT */
            struct span code;   /* ALERT: "undo_stuck", "step_parked" ... */
            struct span output; /* STATUS completed: msgpack or empty */
        } status;
    };
};

#endif
