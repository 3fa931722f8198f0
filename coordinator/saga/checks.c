/* checks.c - questions about a step's check: which call (do or undo) it asked about last, and
 * whether its answer still decides anything. */
#include "saga/checks.h"

#include "base/check.h"
#include "saga/attempts.h"
#include "saga/step.h"

bool call_is_checked(const struct call *call)
{
    PRE(call->kind != TASK_CHECK);
    const struct call *check = &call->step->calls[2];
    return check->kind == TASK_CHECK && check->run > 0 && check_asked(check) == call &&
           span_equal(check->do_key, call->key);
}

bool call_awaits_check(const struct call *call)
{
    PRE(call->kind != TASK_CHECK);
    /* While the saga is paused, an undo whose doubt has ended stays spent. */
    bool waits = call->kind == TASK_UNDO ? call->spent && call_in_doubt(call)
                                         : call->step->state == STEP_STATE_IN_DOUBT;
    return waits && !call->used_up && call_is_checked(call);
}

bool check_is_awaited(const struct call *check)
{
    PRE(check->kind == TASK_CHECK);
    return call_awaits_check(check_asked(check));
}

const struct call *check_asked(const struct call *check)
{
    PRE(check->kind == TASK_CHECK);
    return &check->step->calls[check->of_undo ? 1 : 0];
}
