/* attempt.h - one attempt: one sending of a key. */
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
    ATTEMPT_OPEN = 1,  /* no answer yet, and still hoped for */
    ATTEMPT_DOUBT,     /* the outcome never came, or was "I do not know" */
    ATTEMPT_NO_EFFECT, /* answered: failed; or never taken */
    ATTEMPT_SUCCEEDED,
};

struct attempt {
    uint8_t token[TOKEN_SIZE];
    uint32_t run;    /* n of its key */
    uint32_t number; /* from 1, ascending within the run */
    enum attempt_state state;
    enum verdict verdict; /* given to the attempt's answer, also to `later`, once there is one */
    bool answered;  /* the participant's last word has come, or the attempt was never taken: it
                       cannot act */
    bool untaken;   /* answered by nobody: an instance says that no participant took the attempt */
    bool timed_out; /* in doubt because its own time was over: naming it revives nothing */
    bool later;   /* answered `later`: the participant may act until finish or schedule_to_close */
    bool of_undo; /* of a check that asks about the undo */
    int64_t intended_ms;
    uint64_t instance; /* the number of the only one that it is for; 0 = it is for any */
    struct attempt_live live;
    struct call *call;
    struct attempt *older;
    struct task task;                       /* what adapters are given */
    uint8_t traceparent[TRACE_PARENT_SIZE]; /* the traceparent of its task */
};

#endif
