/* failure.h - what follows when an attempt of a call (a do, undo, check or confirmation) fails:
 * another attempt, doubt, or giving the call up. */
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
    /* NULL: no attempt failed, but the call as a whole, such as by its time limit */
    struct attempt *attempt;
    struct span code;
    struct span message;
    struct span details;
    bool in_doubt;   /* nobody knows whether the attempt had an effect */
    bool unanswered; /* nobody answered: the attempt is in doubt, or was never taken */
    bool refused;    /* the participant refused for good: no other attempt follows */
    bool uncounted;
    bool at_once; /* the next attempt needs no delay */
    bool lost;
    /* of a check: it answered that no attempt of the checked call had an effect */
    bool no_effect;
    int64_t retry_after_ms; /* ms that the participant asks to be left alone; -1 = not said */
    int64_t retry_at_ms;    /* running time of the next attempt; 0 = as the retry policy says */
    int64_t cost_micros;
};

/* An attempt of the call, or the call as a whole, has failed: writes the failure, and schedules the
 * next attempt or gives the call up. The failure of an attempt that is not the newest is written,
 * and decides nothing. */
void call_fail(struct turn *turn, struct call *call, const struct failure *failure);

/* Called instead of a retry that is due, when the call is in doubt and the provider may have
 * forgotten its idempotency key, so that repeating it could act twice: the call fails with
 * key_expired. */
void key_expire(struct turn *turn, struct call *call);

#endif
