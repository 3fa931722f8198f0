/* fold_check.c - what an answer about a do or an undo means for the check that asks about it;
 * and what a check's answer means for an undo.
 *
 * An undo that is `spent` is in doubt and has no attempt left, so that its check is asked.
 * Whatever ends its doubt ends the need for that check, too. */
#include "saga/fold_check.h"

#include "saga/fold_old_keys.h"
#include "saga/items.h"
#include "saga/moves.h"

#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/checks.h"
#include "saga/saga.h"
#include "saga/step.h"
#include "saga/no_live.h"

void fold_close_check(const struct call *asked)
{
    PRE(asked->kind != TASK_CHECK);
    struct call *check = step_call(asked->step, TASK_CHECK);
    if (check && check_asked(check) == asked) {
        fold_close_call(check);
    }
}

void fold_end_undo_doubt(struct call *undo)
{
    IMPLIES(undo->spent, undo->kind == TASK_UNDO);
    if (!undo->spent || call_in_doubt(undo)) {
        return;
    }
    fold_close_check(undo);
    if (undo->expired) {
        undo->expired = false;
        undo->spent = false;
        undo->retry_ms = undo->step->saga->moment.running_ms;
    }
}

bool fold_undo_ok(struct step *step, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_UNDO);
    for (struct attempt *a = call->attempts; a; a = a->older) {
        a->state = a->state == ATTEMPT_NO_EFFECT ? a->state : ATTEMPT_SUCCEEDED;
    }
    call->forgot_doubt = false;
    call->retry_ms = 0;
    call->spent = false;
    CHECK(!call_in_doubt(call));
    fold_close_check(call);
    if (call->late_effect) {
        fold_late_effect_end(step);
        return true;
    }
    if (step->late) {
        step_set_undo(step, UNDO_STATE_PENDING);
        return fold_move(step, STEP_STATE_COMPENSATING, at_ms);
    }
    step_set_undo(step, UNDO_STATE_SUCCEEDED);
    step->stuck = false;
    step->undo_code = (struct span){NULL, 0};
    step->undo_message = (struct span){NULL, 0};
    return fold_move(step, STEP_STATE_COMPENSATING, at_ms) &&
           fold_move(step, STEP_STATE_COMPENSATED, at_ms);
}
