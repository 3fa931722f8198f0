/* event.h - one input of the engine: everything that it learns comes as one of these events.
 *
 * The spans of an event are borrowed: they need to be valid only during engine_step(). */
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
    EVENT_START,   /* a client starts a saga */
    EVENT_RESULT,  /* a participant (or a person's finish) says how an attempt ended */
    EVENT_SENT,    /* an attempt has been sent to a participant's session */
    EVENT_LOST,    /* the session that an attempt was sent to is lost */
    EVENT_UNTAKEN, /* an attempt never left, or its instance says that it was never taken */
    /* a participant that has connected names an attempt as one that it still runs */
    EVENT_ADOPT,
    EVENT_BEAT, /* a participant's heartbeat names an attempt that it runs */
    /* a participant's process that has reconnected has now named all attempts that it has */
    EVENT_RETURNED,
    EVENT_TIME, /* time has passed: time-outs, retries and waits that are due are handled */
    /* the sagas are loaded after a start of the coordinator: participants may connect from now on
     */
    EVENT_SERVING,
    EVENT_VERB,      /* a person asks for something, such as a retry or a rollback */
    EVENT_CHILD,     /* a parent saga asks something of its child, which may not have begun yet */
    EVENT_CHILD_END, /* a parent saga hears that its child has ended, is parked, or goes on */
    EVENT_ARRIVED,   /* a message from outside is to be added to the inbox */
    EVENT_DELIVER,   /* an event of the inbox is offered to a step that may wait for it */
    /* the client of an open saga registers or completes a step, commits or aborts */
    EVENT_OPEN,
    EVENT_LOCK_FREE, /* a concurrency key may be free for this waiting saga */
};

struct event {
    enum event_kind kind;
    int64_t now_ms;       /* running time of the event, see journal/moment.h */
    int64_t host_lead_ms; /* the host's clock minus now_ms */
    struct entropy *entropy;
    /* chooses a participant for each attempt; NULL: any participant may take any attempt */
    const struct placement *placement;
    /* number of the request or session that asks; comes back in DONE and REPLY effects */
    uint64_t ref;
    union {
        struct start_request start;
        struct result result;
        struct verb_request verb;
        struct open_request open;
        struct child_ask child;
        struct child_end child_end;
        struct inbox_row arrived; /* the engine sets `number` and `came_ms` */
        struct event_delivery delivery;
        struct span lock_for; /* LOCK_FREE: external id of the saga that waits for the key */
        struct span returned; /* RETURNED: name of the participant's process that has come back */
        struct {              /* SENT, LOST, UNTAKEN, ADOPT, BEAT: which attempt it is */
            /* ADOPT, BEAT: idempotency key; together with `attempt` it names the attempt */
            struct span key;
            uint32_t attempt;
            /* SENT, LOST, UNTAKEN: the attempt's token, which names it alone */
            uint8_t token[TOKEN_SIZE];
            /* SENT, ADOPT: the participant has a barrier: its database refuses a do that arrives
             * after its undo */
            bool barrier;
            /* BEAT: what the participant wants its next attempt to get, msgpack */
            struct span details;
        } task;
    };
};

#endif
