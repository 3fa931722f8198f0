/* effect.h - one thing that the engine asks the core to do, once the rows of its batch are durable.
 *
 * The spans of an effect are valid until the batch that holds it has been released and
 * engine_released() was called for that batch. */
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
        struct task *task; /* EFFECT_TASK: what to send to a participant */
        struct child_ask *child;
        struct child_end *child_end;
        /* EFFECT_CANCEL, EFFECT_DONE: names an attempt. The ref of a CANCEL is the session that is
         * told, or 0 */
        struct {
            struct span key;
            uint32_t attempt;
            uint8_t token[TOKEN_SIZE];
            /* CANCEL: the attempt's action, by which the service to be told is found, also after
             * the answer `later` */
            struct span action;
            const char *reason; /* CANCEL: why, a literal */
            /* CANCEL: when the participant's slot counts as free again, in running time; INT64_MAX:
             * unknown */
            int64_t over_ms;
            enum verdict verdict; /* DONE: what the engine made of the result */
        } call;
        struct { /* EFFECT_REPLY: the answer to a request */
            enum saga_error error;
            /* why the request is refused: a literal, or text in the batch's memory; NULL = the
             * error's own sentence */
            const char *why;
            struct span saga; /* external id of the saga; empty: the answer is about none */
            enum saga_state state;
            bool duplicate;
            uint64_t seq;
            /* error SAGA_INVALID: what is wrong with the input of a start; else NULL */
            const struct jsonschema_report *problems;
            /* filled only in the answer to a request of an open saga's client */
            struct open_reply open;
        } reply;
        /* EFFECT_RECALL: offer a step that begins to wait for an event those events that came since
         * its saga started */
        struct {
            uint64_t saga;  /* number of the saga in the journal and the store */
            struct span id; /* external id of the same saga */
            uint32_t step;
            struct span name;
            uint64_t mark; /* only events of the inbox with a greater number are offered */
        } recall;
        struct { /* EFFECT_STATUS, EFFECT_ALERT; LOCK_FREE uses only `saga` */
            struct span saga;
            enum saga_state state;
            /* ALERT: the step's name; empty = the alert is about the whole saga */
            struct span step;
            struct span code;   /* ALERT: what is wrong, such as "undo_stuck" or "step_parked" */
            struct span output; /* STATUS of a completed saga: its output as msgpack, or empty */
        } status;
    };
};

#endif
