/* attempts.c - questions about the attempts of one call. */
#include "saga/attempts.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/map.h"
#include "saga/attempt.h"
#include "saga/call.h"

struct attempt *call_attempt(const struct call *call, uint32_t run, uint32_t number)
{
    struct attempt *attempt = call->attempts;
    while (attempt && (attempt->run != run || attempt->number != number)) {
        attempt = attempt->older;
    }
    POST(!attempt || attempt->call == call);
    return attempt;
}

/* May the attempt be forgotten? One that answered `later` may act for ever, and is kept so that
 * no undo overtakes it. */
static bool is_forgettable(const struct call *call, const struct attempt *attempt)
{
    PRE(attempt->call == call);
    if (attempt == call->newest || attempt == call->attempts) {
        return false;
    }
    return attempt->answered || (!attempt->later && attempt->state != ATTEMPT_OPEN);
}

struct attempt *call_spare(const struct call *call)
{
    struct attempt *spare = NULL;
    if (call->attempt_count >= LIMIT_ATTEMPTS_KEPT) {
        for (struct attempt *a = call->attempts; a; a = a->older) {
            spare = is_forgettable(call, a) ? a : spare;
        }
    }
    POST(!spare || spare != call->newest);
    POST(!spare || spare->state != ATTEMPT_OPEN);
    return spare;
}

bool attempt_is_of_old_key(const struct attempt *attempt)
{
    const struct call *call = attempt->call;
    PRE(attempt->run <= call->run);
    return attempt->run != call->run || attempt->run <= call->old_run;
}

bool call_in_doubt(const struct call *call)
{
    PRE(call->step != NULL);
    if (call->forgot_doubt) {
        return true;
    }
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state == ATTEMPT_DOUBT && !attempt_is_of_old_key(a)) {
            return true;
        }
    }
    return false;
}

bool call_has_succeeded(const struct call *call)
{
    PRE(call->old_run <= call->run);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state == ATTEMPT_SUCCEEDED && !attempt_is_of_old_key(a)) {
            return true;
        }
    }
    return false;
}

bool call_is_open(const struct call *call)
{
    PRE(call->attempts || !call->newest);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state == ATTEMPT_OPEN && !attempt_is_of_old_key(a)) {
            return true;
        }
    }
    return false;
}

uint64_t instance_number(struct span name)
{
    uint64_t number = name.size > 0 ? map_hash(name) : 0;
    IMPLIES(number > 0, name.data);
    return number > 0 || name.size == 0 ? number : 1;
}
