/* calls.c - what is asked of a participant for a step: questions about one call. */
#include "saga/calls.h"

#include "base/limits.h"
#include "saga/saga.h"

const struct call_spec *call_spec(const struct call *call)
{
    PRE(call->kind != TASK_CONFIRM);
    bool of_undo = call->kind == TASK_UNDO || call->of_undo;
    return of_undo ? &call->step->spec->undo : &call->step->spec->action;
}

struct span call_action(const struct call *call)
{
    const struct call_spec *spec = call_spec(call);
    PRE(call->kind == TASK_CHECK || !call->of_undo);
    return call->kind == TASK_CHECK ? spec->check : spec->action;
}

bool call_is_checked(const struct call *call)
{
    PRE(call->kind != TASK_CHECK);
    const struct call *check = &call->step->calls[2];
    return check->run > 0 && check_asked(check) == call && span_equal(check->do_key, call->key);
}

bool call_awaits_check(const struct call *call)
{
    PRE(call->kind != TASK_CHECK);
    bool waits = call->kind == TASK_UNDO ? call->spent : call->step->state == STEP_STATE_IN_DOUBT;
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

bool call_key_is_over(const struct call *call, int64_t now_ms)
{
    int64_t ttl_ms = call_spec(call)->key_ttl_ms;
    PRE(ttl_ms >= 0);
    PRE(call->first_ms >= 0);
    return call->kind != TASK_CHECK && ttl_ms > 0 && call->first_ms > 0 &&
           now_ms >= call->first_ms + ttl_ms && call_in_doubt(call);
}

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

enum undo_state undo_call_state(const struct step *step)
{
    PRE(step->calls[1].kind == TASK_UNDO);
    return step->calls[1].late_effect ? step->late_undo_state : step->undo_state;
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

bool call_is_of_child(const struct call *call)
{
    IMPLIES(call->step->spec->undo_is_reverse, call->step->spec->has_undo);
    return call->kind == TASK_UNDO && call->step->spec->undo_is_reverse;
}

int64_t call_close_ms(const struct call *call)
{
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    PRE(timeouts->schedule_to_close_ms >= 0);
    return timeouts->schedule_to_close_ms > 0 && call->first_ms > 0
               ? call->first_ms + timeouts->schedule_to_close_ms
               : 0;
}
