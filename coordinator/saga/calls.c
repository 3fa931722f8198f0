/* calls.c - questions about one call: a do, an undo, a check or a confirmation that a
 * participant is asked for. */
#include "saga/calls.h"

#include "base/check.h"
#include "base/limits.h"
#include "language/definition.h"
#include "saga/attempts.h"
#include "saga/step.h"

const struct call_spec *call_spec(const struct call *call)
{
    if (call->kind == TASK_CONFIRM) {
        CHECK(call->step->spec->confirm != NULL);
        return &call->step->spec->confirm->call;
    }
    bool of_undo = call->kind == TASK_UNDO || call->of_undo;
    return of_undo ? &call->step->spec->undo : &call->step->spec->action;
}

struct span call_action(const struct call *call)
{
    const struct call_spec *spec = call_spec(call);
    PRE(call->kind == TASK_CHECK || !call->of_undo);
    return call->kind == TASK_CHECK ? spec->check : spec->action;
}

bool call_key_is_over(const struct call *call, int64_t now_ms)
{
    int64_t ttl_ms = call_spec(call)->key_ttl_ms;
    PRE(ttl_ms >= 0);
    PRE(call->first_ms >= 0);
    return call->kind != TASK_CHECK && ttl_ms > 0 && call->first_ms > 0 &&
           now_ms >= call->first_ms + ttl_ms && call_in_doubt(call);
}

enum undo_state undo_call_state(const struct step *step)
{
    PRE(step->calls[1].kind == TASK_UNDO);
    return step->calls[1].late_effect ? step->late_undo_state : step->undo_state;
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
