/* check.c - asks a participant, by the `check` action, whether a do or an undo took effect.
 *
 * A step has one check call, which serves its do and its undo. Both can want it at the same time
 * only when the undo of a late effect (late_effects.c) is in doubt besides the do: then the do has
 * precedence, and the undo waits for the check or loses it. The check is sent with the request of
 * the do or undo in doubt, and retried as the definition says for that one. */
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
    /* A check whose answer nobody waits for must not outlive the saga. */
    if (check && !check_is_awaited(check)) {
        call_off_all(turn, check, "settled");
    }
}
