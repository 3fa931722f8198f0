/* attempt.h - one attempt: one sending of an idempotency key to a participant. */
#ifndef SAGA_ATTEMPT_H
#define SAGA_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "saga/attempt_live.h"
#include "saga/task.h"
#include "saga/verdict.h"

struct call;

enum { TRACE_PARENT_SIZE = 55 };

enum attempt_state {
    ATTEMPT_OPEN = 1, /* no answer has come yet, and one is still hoped for */
    ATTEMPT_DOUBT,    /* no answer came in time, or the answer was "I do not know" */
    /* the participant answered: failed; or nobody took the attempt */
    ATTEMPT_NO_EFFECT,
    ATTEMPT_SUCCEEDED,
};

struct attempt {
    uint8_t token[TOKEN_SIZE];
    /* which key of the call the attempt was sent under, counted from 1 */
    uint32_t run;
    uint32_t number; /* from 1, ascending among the attempts under one key */
    enum attempt_state state;
    /* what `done` tells the participant about its last answer to the attempt, be it a result or
     * `later` ("I go on, and say afterwards how it ended"); set once one of them has come */
    enum verdict verdict;
    /* The participant has said its last word on the attempt, or never took it: no effect can come
     * of the attempt from now on. */
    bool answered;
    /* `answered` without an answer: an instance of the participant says that none took the
     * attempt */
    bool untaken;
    /* in doubt because the attempt's own time was over: a participant that names it afterwards does
     * not open it again */
    bool timed_out;
    bool later; /* answered `later`: the participant may act until finish or schedule_to_close */
    /* only for an attempt of a check: it asks what became of the undo, not of the do */
    bool of_undo;
    int64_t intended_ms;
    /* number of the only instance of the participant that may get the attempt; 0 = any may */
    uint64_t instance;
    struct attempt_live live;
    struct call *call;
    struct attempt *older;
    struct task task;                       /* the task as the adapters send it to a participant */
    uint8_t traceparent[TRACE_PARENT_SIZE]; /* W3C trace context that goes along with the task */
};

#endif
