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
    bool in_doubt;   /* the attempt's outcome is unknown */
    bool unanswered; /* nobody answered: the attempt is in doubt, or was never taken */
    bool refused;    /* the answer was a refusal for good: no other attempt */
    bool uncounted;
    bool at_once; /* the next attempt may go at once */
    bool lost;
    bool no_effect;         /* check: it says that no attempt had an effect */
    int64_t retry_after_ms; /* -1 = not said */
    int64_t retry_at_ms;    /* 0 = by the policy */
    int64_t cost_micros;
};

/* An attempt of the call, or the call as a whole, has failed: writes that, and schedules the
 * next attempt, or gives the call up. A failure that decides nothing (an older attempt's) is
 * written only. */
void call_fail(struct turn *turn, struct call *call, const struct failure *failure);

/* A retry of a call in doubt is due, but the provider may have forgotten the key: the retry is
 * not sent, and the call has failed with key_expired. */
void key_expire(struct turn *turn, struct call *call);

#endif
