/* event.h - one thing that happens to the engine.
 *
 * The list of kinds is closed: nothing else enters. Spans are borrowed for the call. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/child_ask.h"
#include "engine/child_end.h"
#include "engine/event_delivery.h"
#include "engine/open_request.h"
#include "engine/result.h"
#include "engine/start_request.h"
#include "engine/verb_request.h"
#include "journal/row.h"

struct entropy;
struct placement;

enum event_kind {
    EVENT_START,     /* a client starts a saga */
    EVENT_RESULT,    /* a participant (or a person's finish) says how an attempt ended */
    EVENT_SENT,      /* an attempt has left for a session */
    EVENT_LOST,      /* the session that an attempt was sent to is lost */
    EVENT_UNTAKEN,   /* an attempt never left, or its instance says that it was never taken */
    EVENT_ADOPT,     /* a participant names an attempt as running */
    EVENT_BEAT,      /* a heartbeat names an attempt */
    EVENT_RETURNED,  /* an instance that has come back has named all that it has taken */
    EVENT_TIME,      /* time has passed: due timers fire */
    EVENT_SERVING,   /* after recovery: participants may come back from now on */
    EVENT_VERB,      /* an operator asks for something */
    EVENT_CHILD,     /* a parent asks something of its child, which may not be there yet */
    EVENT_CHILD_END, /* a parent hears what became of its child */
    EVENT_ARRIVED,   /* an event has come from outside, for the inbox */
    EVENT_DELIVER,   /* an event of the inbox is offered to a step that may wait for it */
    EVENT_OPEN,      /* the client of an open saga says something of it */
    EVENT_LOCK_FREE, /* a concurrency key may be free for this waiting saga */
};

struct event {
    enum event_kind kind;
    int64_t now_ms;       /* running time */
    int64_t host_lead_ms; /* how much more than that the host's clock shows: journal/moment.h */
    struct entropy *entropy;
    const struct placement *placement; /* NULL: every attempt is for any participant */
    uint64_t ref;                      /* of the asker; comes back in DONE and REPLY */
    union {
        struct start_request start;
        struct result result;
        struct verb_request verb;
        struct open_request open;
        struct child_ask child;
        struct child_end child_end;
        struct inbox_row arrived; /* without its number */
        struct event_delivery delivery;
        struct span lock_for; /* LOCK_FREE: external id */
        struct span returned; /* RETURNED: the instance's name */
        struct {              /* SENT, LOST, UNTAKEN, ADOPT, BEAT */
            struct span key;  /* ADOPT and BEAT: with attempt */
            uint32_t attempt;
            uint8_t token[TOKEN_SIZE]; /* SENT, LOST, UNTAKEN */
            bool barrier; /* SENT, ADOPT: the participant's database refuses a do after its undo */
            struct span details; /* BEAT */
        } task;
    };
};

#endif
