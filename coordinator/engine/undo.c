/* undo.c - sends the undo of one step and its retries. */
#include "engine/undo.h"

#include "engine/call.h"
#include "engine/check.h"
#include "engine/failure.h"
#include "engine/park.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/definition.h"
#include "language/template.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/calls.h"
#include "saga/quiet.h"
#include "saga/reason.h"
#include "saga/step.h"
#include "saga/steps.h"

/* Computes the undo's input: its template filled in, or without one the do's input. When memory
 * runs out turn->failed is set. */
static void fill_undo(struct turn *turn, struct step *step, struct span *input)
{
    PRE(step->spec->has_undo);
    const struct template *template = step->spec->undo.input;
    if (!template) {
        *input = step_call(step, TASK_DO)->input;
        return;
    }
    struct scope scope;
    step_scope(step, true, &scope);
    if (scope.reason.size == 0) {
        /* The saga goes forward, and only this item is undone: the reason that its template sees is
         * the item's own failure. */
        struct record reason = {.fields = 1,
                                .step = step->container->index,
                                .item = step->item + 1,
                                .code = step->code,
                                .message = step->message};
        scope.reason = saga_pack_reason(turn->saga, &reason);
        turn->failed |= scope.reason.size == 0;
    }
    (void)scope_fill(turn, &scope, template, input);
}

bool undo_begin(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    struct call *done = step_call(step, TASK_DO);
    struct call *undo = step_call(step, TASK_UNDO);
    int64_t quiet_ms = call_clear_ms(done, turn->engine->options.dead_ms);
    if (step->state == STEP_STATE_PARKED && quiet_ms == INT64_MAX) {
        /* the step was parked because its do may act without an end: see park_unfinished() */
        return false;
    }
    if (step_late_undo_is_open(step)) {
        return false; /* the step's undo call is busy with a late effect of an old key */
    }
    if (step->live.undo_due_ms == 0) {
        step->live.undo_due_ms = turn->now_ms;
    }
    if (quiet_ms > turn->now_ms) {
        bool waits_for_ever = quiet_ms == INT64_MAX && step->state == STEP_STATE_IN_DOUBT &&
                              done->newest && done->newest->later;
        if (waits_for_ever) {
            park_unfinished(turn, step);
        }
        return waits_for_ever;
    }
    if (!turn_has_room(turn)) {
        return false;
    }
    bool doubt = step->state == STEP_STATE_IN_DOUBT || step->late;
    struct span input = {NULL, 0};
    fill_undo(turn, step, &input);
    if (!turn->failed) {
        call_send(turn, undo, &input, doubt ? FLAG_IN_DOUBT : 0u);
    }
    return true;
}

bool undo_retry(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    struct call *undo = step_call(step, TASK_UNDO);
    if (step->undo_state == UNDO_STATE_RETRYING && undo->spent) {
        return undo_end_doubt(turn, step);
    }
    bool due = step->undo_state == UNDO_STATE_RETRYING && !call_is_open(undo) &&
               undo->retry_ms <= turn->now_ms && turn_has_room(turn);
    if (due && call_key_is_over(undo, turn->now_ms)) {
        key_expire(turn, undo);
    } else if (due) {
        struct span input = undo->rerun_input.size > 0 ? undo->rerun_input : undo->input;
        call_send(turn, undo, undo->rerun ? &input : NULL, undo->in_doubt ? FLAG_IN_DOUBT : 0u);
    }
    return due;
}

bool undo_end_doubt(struct turn *turn, struct step *step)
{
    struct call *undo = step_call(step, TASK_UNDO);
    PRE(undo->spent);
    if (call_in_doubt(undo) && check_is_left(undo)) {
        return check_ask(turn, undo);
    }
    park_undo(turn, step);
    return true;
}
