/* check.c - asking what became of a do, or an undo, that is in doubt without an attempt left.
 *
 * A step has one check call for both. Only the undo of a late effect (late_effects.c) can want a
 * check at the same time as the doubt of the do: then that undo waits for the check, and loses
 * it if it has it. Who is asked, how often and for how long is as written for the action that is
 * in doubt; the check is asked with that action's request. */
#include "engine/check.h"

#include "engine/call.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/definition.h"
#include "saga/attempts.h"
#include "saga/calls.h"
#include "saga/checks.h"
#include "saga/step.h"

bool check_is_left(const struct call *asked)
{
    PRE(asked->kind != TASK_CHECK);
    return call_spec(asked)->check.size > 0 && !asked->used_up;
}

bool check_ask(struct turn *turn, struct call *asked)
{
    PRE(check_is_left(asked));
    struct step *step = asked->step;
    struct call *check = step_call(step, TASK_CHECK);
    bool of_undo = asked->kind == TASK_UNDO;
    bool again = call_is_checked(asked);
    if (again && (call_is_open(check) || check->retry_ms > turn->now_ms)) {
        return false;
    }
    bool is_taken = of_undo && call_awaits_check(step_call(step, TASK_DO));
    if (is_taken || !turn_has_room(turn)) {
        return false;
    }
    if (!again) {
        call_off_all(turn, check, "superseded");
    }
    call_send(turn, check, again ? NULL : &asked->input, of_undo ? FLAG_OF_UNDO : 0u);
    return true;
}

void check_call_off(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    struct call *check = step_call(step, TASK_CHECK);
    /* When nobody wants to know any more, the check must not outlive the saga. */
    if (check && !check_is_awaited(check)) {
        call_off_all(turn, check, "settled");
    }
}
