/* input.c - works out the input that a step's do is sent with. */
#include "engine/input.h"

#include "engine/budget.h"
#include "engine/fill.h"
#include "language/definition.h"
#include "saga/step.h"

bool input_fill(struct turn *turn, struct step *step, struct span *input)
{
    PRE(step->state == STEP_STATE_PENDING);
    const struct template *template = step->spec->action.input;
    if (!budget_allows(turn, step)) {
        return false;
    }
    *input = step_call(step, TASK_DO)->rerun_input;
    if (!template || input->size > 0) {
        return true;
    }
    return fill_or_fail(turn, step, template, input);
}

struct span input_again(const struct call *call)
{
    PRE(call->kind == TASK_DO);
    return call->rerun_input.size > 0 ? call->rerun_input : call->input;
}
