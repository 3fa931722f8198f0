/* action.c - the kind of step that a participant does: begins it and retries it. */
#include "engine/kinds/action.h"

#include "engine/call.h"
#include "engine/input.h"
#include "language/definition.h"
#include "saga/step.h"

void action_begin(struct turn *turn, struct step *step)
{
    PRE(step_kind_facts(step->spec->kind)->asks);
    struct span input;
    if (input_fill(turn, step, &input)) {
        call_send(turn, step_call(step, TASK_DO), &input, 0);
    }
}

void action_retry(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_RETRYING);
    struct call *call = step_call(step, TASK_DO);
    struct span input = input_again(call);
    call_send(turn, call, call->rerun ? &input : NULL, 0);
}
