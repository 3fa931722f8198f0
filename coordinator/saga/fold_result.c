/* fold_result.c - the records of attempts: sent, answered, in doubt, late; and what each makes of
 * its step. */
#include "saga/fold_result.h"

#include "base/mp.h"
#include "journal/record.h"
#include "saga/fold_attempt.h"
#include "saga/fold_check.h"
#include "saga/fold_confirm.h"
#include "saga/fold_old_keys.h"
#include "saga/items.h"
#include "saga/moves.h"
#include "saga/open.h"
#include "saga/saga.h"

#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/checks.h"
#include "saga/no_live.h"

/* No attempt of the do is in doubt or open any more, and none has succeeded: the step is tried
 * again, has failed, or stays parked for a person. */
static bool end_last_doubt(struct step *step, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_DO);
    PRE(!call_in_doubt(call));
    PRE(!call_is_open(call));
    fold_close_check(call);
    if (call->expired) {
        /* Only the age of the key stopped the retries: without doubt the do may be sent again. */
        call->expired = false;
        call->retry_ms = step->saga->moment.running_ms;
        return fold_move(step, STEP_STATE_RETRYING, at_ms);
    }
    bool stays_parked = step->state == STEP_STATE_PARKED && step->spec->after_pivot &&
                        step->saga->direction == FORWARD;
    return stays_parked || fold_fail(step, at_ms);
}

/* An attempt that was in doubt turns out to have had no effect. If no other attempt of an undecided
 * step is in doubt, the step has failed. A step that was parked because this attempt might have
 * acted for ever is in doubt again, if another attempt still is. */
static bool end_doubt(struct step *step, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_DO);
    bool is_parked = step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE &&
                     !call_has_succeeded(call);
    PRE(call->step == step);
    if (step->state != STEP_STATE_IN_DOUBT && !is_parked) {
        return true;
    }
    if (!call_in_doubt(call) && !call_is_open(call)) {
        return end_last_doubt(step, at_ms);
    }
    bool is_undone =
        step->spec->has_undo && step->saga->direction == BACKWARD && step->chosen && is_parked;
    return !is_undone || fold_move(step, STEP_STATE_IN_DOUBT, at_ms);
}

bool fold_intended(struct step *step, struct call *call, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_TASK_INTENDED);
    bool is_next = record->run == call->run + 1;
    if (record->run != call->run && (!is_next || !fold_open_run(call, record))) {
        return false;
    }
    call->retry_ms = 0;
    bool ok =
        (record->flags & FLAG_ADOPTED) ? fold_adopt(call, record) : fold_add_attempt(call, record);
    if (!ok) {
        return false;
    }
    switch (call->kind) {
    case TASK_DO:
        step->started_ms = step->started_ms ? step->started_ms : at_ms;
        step->started_seq = step->started_seq ? step->started_seq : step->saga->seq;
        return fold_move(step, STEP_STATE_RUNNING, at_ms);
    case TASK_UNDO:
        call->spent = false;
        if (call->late_effect) {
            step->late_undo_state = UNDO_STATE_RUNNING;
            return true;
        }
        step_set_undo(step, UNDO_STATE_RUNNING);
        return fold_move(step, STEP_STATE_COMPENSATING, at_ms);
    case TASK_CHECK:
        return check_is_awaited(call);
    case TASK_CONFIRM:
        fold_confirm(step, UNDO_STATE_RUNNING);
        return open_is_committed(step->saga);
    }
    return false;
}

/* Notes the participant's last word on the attempt. */
static void answer(struct attempt *attempt, enum attempt_state state, enum verdict verdict)
{
    PRE(state != ATTEMPT_OPEN);
    attempt->answered = true;
    attempt->untaken = false;
    attempt->state = state;
    attempt->verdict = verdict;
}

/* The do has succeeded under its key. Whatever became of the other attempts under that key, their
 * effect is the same one, so none of them is in doubt. */
static bool fold_done_ok(struct step *step, const struct record *record, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_DO);
    for (struct attempt *a = call->attempts; a; a = a->older) {
        if (a->state != ATTEMPT_NO_EFFECT && !attempt_is_of_old_key(a)) {
            a->state = ATTEMPT_SUCCEEDED;
        }
    }
    call->forgot_doubt = false;
    call->retry_ms = 0;
    fold_close_check(call);
    step->output = record->output.size > 0 ? record->output : MP_NIL_VALUE;
    step->refused = false;
    POST(!call_in_doubt(call));
    if (!fold_move(step, STEP_STATE_SUCCEEDED, at_ms)) {
        return false;
    }
    if (step->saga->direction == BACKWARD && step->chosen && step->spec->has_undo) {
        step_set_undo(step, UNDO_STATE_PENDING);
    }
    return true;
}

bool fold_succeeded(struct step *step, struct call *call, const struct record *record,
                    int64_t at_ms)
{
    PRE(record->type == RECORD_TASK_SUCCEEDED || record->type == RECORD_STEP_COMPLETED);
    struct attempt *attempt = call_attempt(call, record->run, record->attempt);
    if (!attempt) {
        return false;
    }
    answer(attempt, ATTEMPT_SUCCEEDED, VERDICT_OK);
    if (record->flags & FLAG_STALE) {
        return true;
    }
    switch (call->kind) {
    case TASK_DO:
        return fold_done_ok(step, record, at_ms);
    case TASK_UNDO:
        return fold_undo_ok(step, at_ms);
    case TASK_CHECK:
        return call->of_undo ? fold_undo_ok(step, at_ms) : fold_done_ok(step, record, at_ms);
    case TASK_CONFIRM:
        return fold_confirmed(step, at_ms);
    }
    return false;
}

/* What becomes of the step when the attempt that decides has failed, or its outcome is unknown. */
static bool after_failure(struct step *step, struct call *call, const struct record *record,
                          int64_t at_ms)
{
    PRE(!(record->flags & FLAG_STALE));
    bool is_final = (record->flags & FLAG_FINAL) != 0;
    call->counted += (record->flags & FLAG_UNCOUNTED) ? 0 : 1;
    switch (call->kind) {
    case TASK_DO:
        if (!is_final) {
            return fold_move(step, STEP_STATE_RETRYING, at_ms);
        }
        return call_in_doubt(call) ? fold_move(step, STEP_STATE_IN_DOUBT, at_ms)
                                   : fold_fail(step, at_ms);
    case TASK_UNDO:
        if (call->late_effect) {
            step->late_undo_state = UNDO_STATE_RETRYING;
        } else {
            step_set_undo(step, UNDO_STATE_RETRYING);
        }
        call->refused = record->type == RECORD_TASK_FAILED && record->attempt > 0 &&
                        (record->flags & FLAG_REFUSED) && !(record->flags & FLAG_UNANSWERED);
        call->spent = is_final && step->spec->undo.check.size > 0 && call_in_doubt(call);
        return true;
    case TASK_CHECK:
        step_call(step, call->of_undo ? TASK_UNDO : TASK_DO)->used_up = is_final;
        return true;
    case TASK_CONFIRM:
        fold_confirm(step, UNDO_STATE_RETRYING);
        step->open->confirm_refused = record->type == RECORD_TASK_FAILED &&
                                      (record->flags & FLAG_REFUSED) &&
                                      !(record->flags & FLAG_UNANSWERED);
        return true;
    }
    return false;
}

/* The check says that no attempt of the call has had an effect. */
static bool fold_no_effect(struct call *asked, int64_t at_ms)
{
    PRE(asked->kind == TASK_DO || asked->kind == TASK_UNDO);
    for (struct attempt *a = asked->attempts; a; a = a->older) {
        a->state = attempt_is_of_old_key(a) ? a->state : ATTEMPT_NO_EFFECT;
    }
    asked->forgot_doubt = false;
    fold_end_undo_doubt(asked);
    return asked->kind == TASK_UNDO || end_doubt(asked->step, at_ms);
}

bool fold_failed(struct step *step, struct call *call, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_TASK_FAILED);
    bool doubt = (record->flags & FLAG_IN_DOUBT) != 0;
    bool stale = (record->flags & FLAG_STALE) != 0;
    if (record->attempt > 0) {
        struct attempt *attempt = call_attempt(call, record->run, record->attempt);
        if (!attempt) {
            return false;
        }
        answer(attempt, doubt ? ATTEMPT_DOUBT : ATTEMPT_NO_EFFECT,
               stale ? VERDICT_STALE : VERDICT_OK);
        attempt->untaken = (record->flags & FLAG_UNANSWERED) != 0;
    }
    if (call->kind == TASK_CHECK && (record->flags & FLAG_NO_EFFECT)) {
        call->retry_ms = 0;
        return fold_no_effect(step_call(step, call->of_undo ? TASK_UNDO : TASK_DO), at_ms);
    }
    if (stale) {
        call->expired = call->expired && !(record->flags & FLAG_REFUSED);
        call->refused |= call->spent && (record->flags & FLAG_REFUSED);
        fold_end_undo_doubt(call);
        return call->kind == TASK_DO ? end_doubt(step, at_ms) : true;
    }
    call->expired = record->attempt == 0 && span_is(record->code, "key_expired");
    if (call->kind == TASK_DO && (record->flags & FLAG_REFUSED) && !call->expired) {
        step->refused = true;
    }
    call->retry_ms = 0;
    return fold_keep_error(step, call, record) && after_failure(step, call, record, at_ms);
}

bool fold_doubt(struct step *step, struct call *call, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_TASK_IN_DOUBT);
    struct attempt *attempt = call_attempt(call, record->run, record->attempt);
    bool by_client = step->open && call->kind == TASK_DO;
    if (!attempt || (attempt->answered && !by_client)) {
        return false;
    }
    attempt->state = ATTEMPT_DOUBT;
    /* If a session was lost, or the coordinator itself was away, the time of the attempt was not
     * over. */
    attempt->timed_out = !(record->flags & FLAG_LOST) && !span_is(record->code, "restart");
    call->losses += (record->flags & FLAG_LOST) ? 1 : 0;
    if (record->flags & FLAG_STALE) {
        return true;
    }
    call->retry_ms = 0;
    return fold_keep_error(step, call, record) && after_failure(step, call, record, at_ms);
}

bool fold_late(struct step *step, struct call *call, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_TASK_LATE);
    struct attempt *attempt = call_attempt(call, record->run, record->attempt);
    if (!attempt) {
        return false;
    }
    answer(attempt, ATTEMPT_SUCCEEDED, VERDICT_LATE);
    if (call->kind == TASK_DO && attempt_is_of_old_key(attempt)) {
        return fold_late_effect(step, record);
    }
    if (step->by_person || step->state == STEP_STATE_KEPT || call->kind != TASK_DO ||
        step->spec->step_class == CLASS_READONLY || open_is_committed(step->saga)) {
        return true;
    }
    step->output = record->output.size > 0 ? record->output : MP_NIL_VALUE;
    step->late = true;
    if (!step->spec->has_undo || step->state == STEP_STATE_PARKED) {
        return true;
    }
    step->chosen = true;
    if (step->state != STEP_STATE_COMPENSATING || step->undo_state == UNDO_STATE_SUCCEEDED) {
        step_set_undo(step, UNDO_STATE_PENDING);
    }
    return fold_move(step, STEP_STATE_COMPENSATING, at_ms);
}
