/* fold_person.c - the records of what persons decide of a step: to answer for it, settle it,
 * retry it, skip it. */
#include "saga/fold_person.h"

#include "base/mp.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/fold_check.h"
#include "saga/fold_confirm.h"
#include "saga/fold_old_keys.h"
#include "saga/items.h"
#include "saga/moves.h"
#include "saga/open.h"
#include "saga/saga.h"

#include "saga/no_live.h"

bool fold_skipped(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_SKIPPED);
    step->by_person = record->actor.size > 0;
    step->wake_ms = 0;
    step->until_ms = 0;
    step->refused = false;
    step->code = (struct span){NULL, 0};
    step->message = (struct span){NULL, 0};
    step->outcome = (struct span){NULL, 0};
    step->outcome_reason = (struct span){NULL, 0};
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        fold_close_call(&step->calls[k]);
    }
    return fold_move(step, STEP_STATE_SKIPPED, at_ms);
}

bool fold_skip(struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_OPERATOR);
    bool ok = true;
    step->skip_actor = arena_copy(&step->saga->arena, record->actor, &ok);
    step->skip_reason = arena_copy(&step->saga->arena, record->reason, &ok);
    return ok;
}

bool fold_asked(struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_STEP_WAITING);
    step->approval = record->details;
    return step_kind_facts(step->spec->kind)->waits_itself;
}

bool fold_decider(struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_STEP_WOKEN);
    bool ok = true;
    step->decider = arena_copy(&step->saga->arena, record->actor, &ok);
    return ok;
}

/* When a person changes how a step was settled, its state stays "resolved", so that no move of the
 * state wakes the steps that need it: they are woken here. */
static void wake_what_needs(const struct step *step)
{
    PRE(step->state == STEP_STATE_RESOLVED);
    if (step->container) {
        step_wake(step->container);
        return;
    }
    for (uint32_t i = 0; i < step->spec->needed_by_count; i++) {
        step_wake(saga_step(step->saga, step->spec->needed_by[i]));
    }
}

/* A person says that the step has succeeded: it counts as done, with the output of the record. */
static bool settle_as_succeeded(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(span_is(record->code, "succeeded"));
    step->output = record->output.size > 0 ? record->output : MP_NIL_VALUE;
    step->code = (struct span){NULL, 0};
    step->message = (struct span){NULL, 0};
    step->outcome = (struct span){NULL, 0};
    step->outcome_reason = (struct span){NULL, 0};
    step->refused = false;
    if (step->state == STEP_STATE_RESOLVED) {
        wake_what_needs(step);
    }
    return fold_move(step, STEP_STATE_RESOLVED, at_ms);
}

/* A person says that the step has failed, was compensated, is kept or written off: the steps that
 * need this one cannot start. */
static bool settle_as_not_done(struct step *step, const struct record *record, int64_t at_ms)
{
    bool ok = true;
    step->outcome = arena_copy(&step->saga->arena, record->code, &ok);
    step->outcome_reason = arena_copy(&step->saga->arena, record->reason, &ok);
    step->refused = true;
    POST(!ok || step->outcome.size == record->code.size);
    return ok && fold_move(step, STEP_STATE_RESOLVED, at_ms);
}

bool fold_resolved(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_RESOLVED);
    if (record->flags & FLAG_LATE_EFFECT) {
        fold_close_check(step_call(step, TASK_UNDO));
        fold_close_call(step_call(step, TASK_UNDO));
        fold_late_effects_drop(step);
        return true;
    }
    fold_late_effects_drop(step);
    step->by_person = true;
    step->stuck = false;
    step->wake_ms = 0;
    step->until_ms = 0;
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        fold_close_call(&step->calls[k]);
    }
    bool is_undone = step->undo_state == UNDO_STATE_SUCCEEDED;
    step_set_undo(step, is_undone ? UNDO_STATE_SUCCEEDED : UNDO_STATE_NONE);
    return span_is(record->code, "succeeded") ? settle_as_succeeded(step, record, at_ms)
                                              : settle_as_not_done(step, record, at_ms);
}

/* No participant was ever asked for the step: it begins anew, perhaps with another input. */
static bool retry_anew(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->flags & FLAG_ANEW);
    bool ok = record->kind != TASK_UNDO && fold_begin_anew(step, at_ms);
    step_call(step, record->kind == TASK_UNDO ? TASK_UNDO : TASK_DO)->rerun_input = record->input;
    return ok;
}

bool fold_retry(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_OPERATOR);
    bool undo = record->kind == TASK_UNDO;
    bool confirm = record->kind == TASK_CONFIRM;
    struct call *call = step_call(step, undo ? TASK_UNDO : confirm ? TASK_CONFIRM : TASK_DO);
    if (!call) {
        return false;
    }
    if (record->flags & FLAG_ANEW) {
        return retry_anew(step, record, at_ms);
    }
    call->retry_ms = step->saga->moment.running_ms;
    call->first_ms =
        call->retry_ms; /* or the time limit that ended the call would end it again at once */
    call->counted = 0;
    call->expired =
        false; /* the key may have been forgotten, but the person who retries answers for that */
    call->used_up = false;
    call->spent = false;
    call->refused = false;
    fold_close_check(call);
    call->rerun = (record->flags & FLAG_FRESH) != 0;
    call->rerun_input = record->input;
    step->stuck = false;
    if (record->flags & FLAG_LATE_EFFECT) {
        step->late_undo_state = call->late_effect ? UNDO_STATE_RETRYING : UNDO_STATE_PENDING;
        return undo;
    }
    if (undo) {
        step_set_undo(step, UNDO_STATE_RETRYING);
        return fold_move(step, STEP_STATE_COMPENSATING, at_ms);
    }
    if (confirm) {
        step->open->confirm_stuck = false;
        fold_confirm(step, UNDO_STATE_RETRYING);
        return fold_move(step, STEP_STATE_SUCCEEDED, at_ms);
    }
    step->refused = false;
    return fold_move(step, STEP_STATE_RETRYING, at_ms);
}
