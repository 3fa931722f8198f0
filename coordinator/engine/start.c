/* start.c - starting one step: wanted, room for it, its input filled in. */
#include "engine/start.h"

#include "engine/budget.h"
#include "engine/call.h"
#include "engine/fail.h"
#include "engine/failure.h"
#include "engine/kinds/approval.h"
#include "engine/kinds/child.h"
#include "engine/kinds/emit.h"
#include "engine/kinds/fan_begin.h"
#include "engine/kinds/sleep.h"
#include "engine/kinds/wait_event.h"
#include "engine/room.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "language/template.h"
#include "language/template_form.h"
#include "saga/awake.h"
#include "saga/calls.h"

static void send(struct turn *turn, struct step *step, struct span input)
{
    if (step->spec->kind == STEP_KIND_SAGA) {
        child_begin(turn, step, input);
    } else {
        call_send(turn, step_call(step, TASK_DO), &input, 0);
    }
}

void step_start(struct turn *turn, struct step *step)
{
    const struct template *template = step->spec->action.input;
    if (!step_is_wanted(turn, step)) {
        return;
    }
    if (!room_to_start(turn->saga)) {
        /* What is left belongs to the ends, and the undoing, of those that have begun. */
        step_fail(turn, step, "too_large", span_text("the saga holds too much for another step"));
        return;
    }
    if (step_is_container(step)) {
        fan_begin(turn, step);
        return;
    }
    switch (step->spec->kind) {
    case STEP_KIND_SLEEP:
        sleep_begin(turn, step);
        return;
    case STEP_KIND_APPROVE:
        approval_begin(turn, step);
        return;
    case STEP_KIND_WAIT_EVENT:
        wait_event_begin(turn, step);
        return;
    case STEP_KIND_EMIT:
        emit_begin(turn, step);
        return;
    case STEP_KIND_ACTION:
    case STEP_KIND_SAGA:
    case STEP_KIND_COUNT:
        break;
    }
    if (!budget_allows(turn, step)) {
        return;
    }
    struct span edited = step_call(step, TASK_DO)->rerun_input;
    if (!template || edited.size > 0) {
        send(turn, step, edited);
        return;
    }
    struct scope scope;
    step_scope(step, false, &scope);
    struct buf *out = &turn->engine->scratch;
    buf_clear(out);
    struct span missing = {NULL, 0};
    enum saga_error rc = template_fill(template, &scope, out, &missing);
    if (rc == SAGA_OK) {
        send(turn, step, buf_span(out));
        return;
    }
    const char *code = step_code_of(rc);
    turn->failed |= !code;
    if (code) {
        step_fail(turn, step, code, missing);
    }
}
