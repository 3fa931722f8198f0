/* failure.h - how a call fails: tried again, in doubt, refused, given up. */
#ifndef ENGINE_FAILURE_H
#define ENGINE_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct attempt;
struct call;
struct turn;

/* How an attempt ended without success. */
struct failure {
    struct attempt *attempt; /* NULL: the call as a whole failed, no attempt is concerned */
    struct span code;
    struct span message;
    struct span details;
    bool in_doubt;   /* its outcome is unknown */
    bool unanswered; /* nobody answered: in doubt, or never taken */
    bool refused;    /* not to be tried again */
    bool uncounted;
    bool at_once; /* the next attempt need not wait */
    bool lost;
    bool no_effect;         /* check: nothing took effect */
    int64_t retry_after_ms; /* -1 = not said */
    int64_t retry_at_ms;    /* 0 = by the policy */
    int64_t cost_micros;
};

void call_fail(struct turn *turn, struct call *call, const struct failure *failure);

/* A retry is due, in doubt, and its provider may have forgotten the key: it is not sent. */
void key_expire(struct turn *turn, struct call *call);

#endif
