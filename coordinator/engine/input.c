/* input.c - what a step's do is asked with. */
#include "engine/input.h"

#include "engine/budget.h"
#include "engine/fail.h"
#include "engine/failure.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "language/template.h"
#include "language/template_form.h"
#include "saga/calls.h"

bool input_fill(struct turn *turn, struct step *step, struct span *input)
{
    PRE(step->state == STEP_STATE_PENDING);
    const struct template *template = step->spec->action.input;
    struct span missing = {NULL, 0};
    struct scope scope;
    if (!budget_allows(turn, step)) {
        return false;
    }
    *input = step_call(step, TASK_DO)->rerun_input;
    if (!template || input->size > 0) {
        return true;
    }
    step_scope(step, false, &scope);
    struct buf *out = &turn->engine->scratch;
    buf_clear(out);
    enum saga_error rc = template_fill(template, &scope, out, &missing);
    *input = buf_span(out);
    const char *code = rc == SAGA_OK ? NULL : step_code_of(rc);
    turn->failed |= rc != SAGA_OK && !code;
    if (code) {
        step_fail(turn, step, code, missing);
    }
    return rc == SAGA_OK;
}

struct span input_again(const struct call *call)
{
    PRE(call->kind == TASK_DO);
    return call->rerun_input.size > 0 ? call->rerun_input : call->input;
}
