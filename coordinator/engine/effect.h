/* effect.h - one thing that the engine asks for.
 *
 * Spans live until the batch that holds the effect has been released and engine_released() was
 * called. */
#ifndef ENGINE_EFFECT_H
#define ENGINE_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "engine/effect_kind.h"
#include "engine/open_request.h"
#include "journal/row.h"
#include "saga/verdict.h"

struct child_ask;
struct child_end;
struct jsonschema_report;
struct task;

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
            struct open_reply open;                   /* to the client of an open saga */
        } reply;
        struct {            /* RECALL: offer a waiting step the events since its saga's start */
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
