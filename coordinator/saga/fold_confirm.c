/* fold_confirm.c - how far the confirmation of an open saga's step has come. */
#include "saga/fold_confirm.h"

#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/moves.h"
#include "saga/open.h"

#include "saga/no_live.h"

void fold_confirm(struct step *step, enum undo_state state)
{
    PRE(step->open != NULL);
    PRE(state < UNDO_STATE_COUNT);
    step->open->confirm_state = state;
}

bool fold_confirmed(struct step *step, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_CONFIRM);
    PRE(call != NULL);
    for (struct attempt *a = call->attempts; a; a = a->older) {
        a->state = a->state == ATTEMPT_NO_EFFECT ? a->state : ATTEMPT_SUCCEEDED;
    }
    const struct record none = {.type = RECORD_TASK_SUCCEEDED};
    call->retry_ms = 0;
    step->open->confirm_stuck = false;
    fold_confirm(step, UNDO_STATE_SUCCEEDED);
    return fold_keep_error(step, call, &none) && fold_move(step, STEP_STATE_SUCCEEDED, at_ms);
}
