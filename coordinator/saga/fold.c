/* fold.c - records make state: the only code that writes the durable part of a saga.
 *
 * The same function serves the live engine, which folds each record as it decides it, and recovery,
 * which folds the records that the store kept. It decides nothing. What a record may do to a step
 * is in the table `legal`; a record that asks for anything else is corrupt (replay) or a bug
 * (as it runs). */
#include "saga/fold.h"

#include "base/mp.h"
#include "journal/record.h"
#include "journal/verb.h"
#include "saga/calls.h"
#include "saga/fold_attempt.h"
#include "saga/fold_check.h"
#include "saga/fold_claim.h"
#include "saga/fold_fan.h"
#include "saga/fold_migrate.h"
#include "saga/fold_old_keys.h"
#include "saga/fold_person.h"
#include "saga/fold_backward.h"
#include "saga/fold_wait.h"
#include "saga/items.h"
#include "saga/moves.h"
#include "saga/saga.h"

#include "saga/no_live.h"

/* After an attempt's doubt has ended: an undecided step without doubt has failed. One that was
 * parked because the attempt might have acted for ever is in doubt, if another one is. */
static bool end_doubt(struct step *step, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_DO);
    bool undecided = step->state == STEP_STATE_IN_DOUBT ||
                     (step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE &&
                      !call_has_succeeded(call));
    if (undecided && !call_in_doubt(call) && !call_is_open(call) && call->expired) {
        /* Only its key's age stopped the retries: without doubt it may be asked again. */
        call->expired = false;
        call->retry_ms = at_ms;
        fold_close_check(call);
        return fold_move(step, STEP_STATE_RETRYING, at_ms);
    }
    if (undecided && !call_in_doubt(call) && !call_is_open(call)) {
        bool parked = step->state == STEP_STATE_PARKED && step->spec->after_pivot &&
                      step->saga->direction == FORWARD;
        fold_close_check(call);
        return parked || fold_fail(step, at_ms);
    }
    bool to_undo = step->state == STEP_STATE_PARKED && undecided && step->spec->has_undo &&
                   step->saga->direction == BACKWARD && step->chosen;
    return !to_undo || fold_move(step, STEP_STATE_IN_DOUBT, at_ms);
}

static bool fold_started(struct saga *saga, const struct record *record, int64_t at_ms)
{
    saga->state = SAGA_STATE_RUNNING;
    saga->direction = FORWARD;
    saga->started_ms = at_ms;
    saga->start_at_ms = record->due_ms;
    saga->input = record->input;
    saga->labels = record->labels;
    saga->event = record->event;
    saga->event_mark = record->mark;
    bool ok = true;
    saga->traceparent = arena_copy(&saga->arena, record->traceparent, &ok);
    saga->tracestate = arena_copy(&saga->arena, record->tracestate, &ok);
    if (saga->definition->timeout_ms > 0) {
        int64_t from_ms = record->due_ms > at_ms ? record->due_ms : at_ms;
        saga->deadline_ms = from_ms + saga->definition->timeout_ms;
    }
    return ok && fold_claim_started(saga, record);
}

static bool fold_intended(struct step *step, struct call *call, const struct record *record,
                          int64_t at_ms)
{
    if (record->run != call->run) {
        if (record->run != call->run + 1 || !fold_open_run(call, record, at_ms)) {
            return false;
        }
    }
    call->retry_ms = 0;
    bool ok = (record->flags & FLAG_ADOPTED) ? fold_adopt(call, record)
                                             : fold_add_attempt(call, record, at_ms);
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
        break;
    }
    return false;
}

static void answer(struct attempt *attempt, enum attempt_state state, enum verdict verdict)
{
    attempt->answered = true;
    attempt->state = state;
    attempt->verdict = verdict;
}

static bool fold_done_ok(struct step *step, const struct record *record, int64_t at_ms)
{
    /* The key has succeeded: whatever became of its other attempts, the effect is the same one. */
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
    if (!fold_move(step, STEP_STATE_SUCCEEDED, at_ms)) {
        return false;
    }
    if (step->saga->direction == BACKWARD && step->chosen && step->spec->has_undo) {
        step_set_undo(step, UNDO_STATE_PENDING);
    }
    return true;
}

static bool fold_succeeded(struct step *step, struct call *call, const struct record *record,
                           int64_t at_ms)
{
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
        break;
    }
    return false;
}

/* What a failure, or a doubt, of the deciding attempt makes of the step. */
static bool after_failure(struct step *step, struct call *call, const struct record *record,
                          int64_t at_ms)
{
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
        break;
    }
    return false;
}

/* A check says so. */
static bool fold_no_effect(struct call *asked, int64_t at_ms)
{
    for (struct attempt *a = asked->attempts; a; a = a->older) {
        a->state = attempt_is_of_old_key(a) ? a->state : ATTEMPT_NO_EFFECT;
    }
    asked->forgot_doubt = false;
    fold_end_undo_doubt(asked, at_ms);
    return asked->kind == TASK_UNDO || end_doubt(asked->step, at_ms);
}

static bool fold_failed(struct step *step, struct call *call, const struct record *record,
                        int64_t at_ms)
{
    bool doubt = (record->flags & FLAG_IN_DOUBT) != 0;
    bool stale = (record->flags & FLAG_STALE) != 0;
    if (record->attempt > 0) {
        struct attempt *attempt = call_attempt(call, record->run, record->attempt);
        if (!attempt) {
            return false;
        }
        answer(attempt, doubt ? ATTEMPT_DOUBT : ATTEMPT_NO_EFFECT,
               stale ? VERDICT_STALE : VERDICT_OK);
    }
    if (call->kind == TASK_CHECK && (record->flags & FLAG_NO_EFFECT)) {
        call->retry_ms = 0;
        return fold_no_effect(step_call(step, call->of_undo ? TASK_UNDO : TASK_DO), at_ms);
    }
    if (stale) {
        call->expired = call->expired && !(record->flags & FLAG_REFUSED);
        call->refused |= call->spent && (record->flags & FLAG_REFUSED);
        fold_end_undo_doubt(call, at_ms);
        return call->kind == TASK_DO ? end_doubt(step, at_ms) : true;
    }
    call->expired = record->attempt == 0 && span_is(record->code, "key_expired");
    if (call->kind == TASK_DO && (record->flags & FLAG_REFUSED) && !call->expired) {
        step->refused = true;
    }
    call->retry_ms = 0;
    return fold_keep_error(step, call, record) && after_failure(step, call, record, at_ms);
}

static bool fold_doubt(struct step *step, struct call *call, const struct record *record,
                       int64_t at_ms)
{
    struct attempt *attempt = call_attempt(call, record->run, record->attempt);
    if (!attempt || attempt->answered) {
        return false;
    }
    attempt->state = ATTEMPT_DOUBT;
    call->losses += (record->flags & FLAG_LOST) ? 1 : 0;
    if (record->flags & FLAG_STALE) {
        return true;
    }
    call->retry_ms = 0;
    return fold_keep_error(step, call, record) && after_failure(step, call, record, at_ms);
}

static bool fold_late(struct step *step, struct call *call, const struct record *record,
                      int64_t at_ms)
{
    struct attempt *attempt = call_attempt(call, record->run, record->attempt);
    if (!attempt) {
        return false;
    }
    answer(attempt, ATTEMPT_SUCCEEDED, VERDICT_LATE);
    if (call->kind == TASK_DO && attempt_is_of_old_key(attempt)) {
        return fold_late_effect(step, record);
    }
    if (step->by_person || step->state == STEP_STATE_KEPT || call->kind != TASK_DO ||
        step->spec->step_class == CLASS_READONLY) {
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

/* Set, told of ahead, and there. */
static bool fold_deadline(struct step *step, const struct record *record)
{
    if (span_is(record->code, "undo_deadline_near")) {
        step->undo_before_told = true;
        return true;
    }
    step->undo_before_ms = record->due_ms;
    return record->due_ms > 0;
}

static bool fold_parked(struct step *step, const struct record *record, int64_t at_ms)
{
    if (record->kind == TASK_UNDO) {
        step_call(step, TASK_UNDO)->spent = false;
    }
    if (record->kind == TASK_UNDO && step_call(step, TASK_UNDO)->late_effect) {
        step->late_undo_state = UNDO_STATE_PARKED;
        return true;
    }
    if (record->kind == TASK_UNDO) {
        step_set_undo(step, UNDO_STATE_PARKED);
    }
    return fold_move(step, STEP_STATE_PARKED, at_ms);
}

static bool fold_resolved(struct step *step, const struct record *record, int64_t at_ms)
{
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
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        fold_close_call(&step->calls[k]);
    }
    step_set_undo(
        step, step->undo_state == UNDO_STATE_SUCCEEDED ? UNDO_STATE_SUCCEEDED : UNDO_STATE_NONE);
    if (span_is(record->code, "succeeded")) {
        step->output = record->output.size > 0 ? record->output : MP_NIL_VALUE;
        step->code = (struct span){NULL, 0};
        step->message = (struct span){NULL, 0};
        step->refused = false;
    } else {
        bool ok = true;
        step->outcome = arena_copy(&step->saga->arena, record->code, &ok);
        step->outcome_reason = arena_copy(&step->saga->arena, record->reason, &ok);
        step->refused = true; /* satisfies nobody's needs */
        if (!ok) {
            return false;
        }
    }
    return fold_move(step, STEP_STATE_RESOLVED, at_ms);
}

static bool fold_kept(struct step *step, int64_t at_ms)
{
    step_set_undo(step, UNDO_STATE_NONE);
    return fold_move(step, STEP_STATE_KEPT, at_ms);
}

static void unpark(struct saga *saga)
{
    if (saga->state == SAGA_STATE_PARKED) {
        saga->state = saga->direction == BACKWARD ? SAGA_STATE_COMPENSATING : SAGA_STATE_RUNNING;
    }
}

static bool fold_retry(struct step *step, const struct record *record, int64_t at_ms)
{
    bool undo = record->kind == TASK_UNDO;
    struct call *call = step_call(step, undo ? TASK_UNDO : TASK_DO);
    if (record->flags & FLAG_ANEW) {
        bool ok = !undo && fold_begin_anew(step, at_ms);
        call->rerun_input = record->input;
        return ok;
    }
    call->retry_ms = at_ms;
    call->first_ms = at_ms; /* else what ended it would end it again at once */
    call->counted = 0;
    call->expired = false; /* a person has looked, and sends it all the same */
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
    step->refused = false;
    return fold_move(step, STEP_STATE_RETRYING, at_ms);
}

static bool fold_operator(struct saga *saga, struct step *step, const struct record *record,
                          int64_t at_ms)
{
    if (span_is(record->code, "conflict")) {
        saga->back_wanted = false;
        return true;
    }
    switch ((enum verb)record->verb) {
    case VERB_ROLLBACK:
        unpark(saga);
        if (!fold_mark(saga, record->accept, false) ||
            !fold_want_back(saga, span_text("rollback"), record->reason, record->actor, at_ms)) {
            return false;
        }
        saga->back_to = step && (record->flags & FLAG_SAVE_POINT) ? record->step + 1 : 0;
        saga->back_then_pause = (record->flags & FLAG_THEN_PAUSE) != 0;
        return true;
    case VERB_RETRY:
        unpark(saga);
        return step && fold_retry(step, record, at_ms);
    case VERB_RESOLVE:
        unpark(saga);
        return true;
    case VERB_SKIP:
        unpark(saga);
        return step && fold_skip(step, record);
    case VERB_REVERSE:
    case VERB_PAUSE:
    case VERB_RESUME:
    case VERB_TERMINATE:
    case VERB_APPROVE:
    case VERB_REJECT:
    case VERB_MIGRATE:
    case VERB_SIGNAL:
    case VERB_COUNT:
        break;
    }
    return true;
}

static bool end(struct saga *saga, enum saga_state state, int64_t at_ms)
{
    saga->state = state;
    saga->ended_ms = at_ms;
    fold_claim_end(saga);
    return true;
}

static bool fold_terminated(struct saga *saga, const struct record *record, int64_t at_ms)
{
    bool ok = true;
    saga->state = SAGA_STATE_TERMINATED;
    saga->paused = false;
    saga->ended_ms = at_ms;
    saga->end_actor = arena_copy(&saga->arena, record->actor, &ok);
    saga->end_reason = arena_copy(&saga->arena, record->reason, &ok);
    return ok;
}

static bool fold_paused(struct saga *saga, const struct record *record, int64_t at_ms)
{
    if (record->type == RECORD_SAGA_RESUMED && span_is(record->code, "save_point")) {
        return fold_forward_again(saga, at_ms);
    }
    /* Resumed by a result that came while it was parked: not a matter of pausing. */
    if (!span_is(record->code, "result")) {
        saga->paused = record->type == RECORD_SAGA_PAUSED;
    }
    unpark(saga);
    return true;
}

static bool fold_saga(struct saga *saga, struct step *step, const struct record *record,
                      int64_t at_ms)
{
    switch (record->type) {
    case RECORD_SAGA_STARTED:
        return fold_started(saga, record, at_ms);
    case RECORD_SAGA_COMPENSATING:
        return fold_compensating(saga, record, at_ms);
    case RECORD_SAGA_COMPLETED:
        saga->direction = FORWARD;
        saga->output = record->output.size > 0 ? record->output : saga->output;
        saga->completed_ms = saga->completed_ms > 0 ? saga->completed_ms : at_ms;
        return end(saga, SAGA_STATE_COMPLETED, at_ms);
    case RECORD_SAGA_COMPENSATED:
        return end(saga, SAGA_STATE_COMPENSATED, at_ms);
    case RECORD_SAGA_PARKED:
        saga->state = SAGA_STATE_PARKED;
        return true;
    case RECORD_SAGA_TERMINATED:
        return fold_terminated(saga, record, at_ms) && end(saga, SAGA_STATE_TERMINATED, at_ms);
    case RECORD_SAGA_QUEUED:
        return fold_claim_queued(saga, record);
    case RECORD_SAGA_ADMITTED:
        return fold_claim_admitted(saga);
    case RECORD_SAGA_PAUSED:
    case RECORD_SAGA_RESUMED:
        return fold_paused(saga, record, at_ms);
    case RECORD_SAGA_TIMED_OUT:
        saga->timed_out = true;
        return (record->flags & FLAG_STALE) ||
               fold_want_back(saga, span_text("timeout"), record->message, (struct span){NULL, 0},
                              at_ms);
    case RECORD_UNDO_DUE:
        if (!step) {
            return false;
        }
        step->undo_before_due = true;
        return (record->flags & FLAG_STALE) ||
               fold_want_back(saga, span_text("undo_deadline"), record->message,
                              (struct span){NULL, 0}, at_ms);
    case RECORD_SAGA_MIGRATED:
        return saga_migrate(saga, definition_version(saga->definition, record->version));
    case RECORD_OPERATOR:
        return fold_operator(saga, step, record, at_ms);
    case RECORD_TASK_INTENDED:
    case RECORD_TASK_SUCCEEDED:
    case RECORD_TASK_FAILED:
    case RECORD_TASK_IN_DOUBT:
    case RECORD_TASK_LATE:
    case RECORD_RETRY_SCHEDULED:
    case RECORD_STEP_WAITING:
    case RECORD_STEP_WOKEN:
    case RECORD_STEP_SKIPPED:
    case RECORD_STEP_ITEMS:
    case RECORD_EVENT_RECEIVED:
    case RECORD_STEP_EMITTED:
    case RECORD_UNDO_DEADLINE:
    case RECORD_STEP_KEPT:
    case RECORD_STEP_PARKED:
    case RECORD_STEP_RESOLVED:
    case RECORD_COUNT:
        break;
    }
    return false;
}

static bool fold_step(struct step *step, struct call *call, const struct record *record,
                      int64_t at_ms)
{
    switch (record->type) {
    case RECORD_TASK_INTENDED:
        return fold_intended(step, call, record, at_ms);
    case RECORD_TASK_SUCCEEDED:
        return fold_succeeded(step, call, record, at_ms);
    case RECORD_TASK_FAILED:
        return fold_failed(step, call, record, at_ms);
    case RECORD_TASK_IN_DOUBT:
        return fold_doubt(step, call, record, at_ms);
    case RECORD_TASK_LATE:
        return fold_late(step, call, record, at_ms);
    case RECORD_RETRY_SCHEDULED:
        call->retry_ms = record->due_ms;
        step->stuck |= (record->flags & FLAG_STUCK) != 0;
        return true;
    case RECORD_STEP_WAITING:
        return fold_waiting(step, call, record, at_ms);
    case RECORD_STEP_WOKEN:
        return fold_decider(step, record) && fold_woken(step, record, at_ms);
    case RECORD_STEP_SKIPPED:
        return fold_skipped(step, record, at_ms);
    case RECORD_EVENT_RECEIVED:
        return fold_event(step, record);
    case RECORD_STEP_EMITTED:
        return fold_emitted(step, record, at_ms);
    case RECORD_UNDO_DEADLINE:
        return fold_deadline(step, record);
    case RECORD_STEP_ITEMS:
        return fold_items(step, record, at_ms);
    case RECORD_STEP_KEPT:
        return fold_kept(step, at_ms);
    case RECORD_STEP_PARKED:
        return fold_parked(step, record, at_ms);
    case RECORD_STEP_RESOLVED:
        return fold_resolved(step, record, at_ms);
    case RECORD_SAGA_STARTED:
    case RECORD_SAGA_COMPENSATING:
    case RECORD_SAGA_COMPLETED:
    case RECORD_SAGA_COMPENSATED:
    case RECORD_SAGA_PARKED:
    case RECORD_SAGA_TERMINATED:
    case RECORD_SAGA_QUEUED:
    case RECORD_SAGA_ADMITTED:
    case RECORD_SAGA_PAUSED:
    case RECORD_SAGA_RESUMED:
    case RECORD_SAGA_TIMED_OUT:
    case RECORD_UNDO_DUE:
    case RECORD_SAGA_MIGRATED:
    case RECORD_OPERATOR:
    case RECORD_COUNT:
        break;
    }
    return false;
}

/* Costs are 0 to 2^53 - 1; a thousand absurd ones end at the greatest number, not below zero. */
static int64_t add_cost(int64_t sum, int64_t cost)
{
    return cost > INT64_MAX - sum ? INT64_MAX : sum + cost;
}

bool fold(struct saga *saga, const struct record *record, int64_t at_ms)
{
    PRE(saga->magic == SAGA_MAGIC);
    bool has_step = (record->fields & 1) != 0;
    struct step *step = saga_step_of_record(saga, record);
    if (has_step && !step) {
        return false;
    }
    saga->seq++;
    bool of_check = step && record->kind == TASK_CHECK && step_call(step, TASK_CHECK)->of_undo;
    bool of_undo = record->kind == TASK_UNDO || of_check;
    saga->cost_micros = add_cost(saga->cost_micros, record->cost_micros);
    saga->undo_cost_micros = add_cost(saga->undo_cost_micros, of_undo ? record->cost_micros : 0);
    if (step && record->kind > TASK_DO) {
        step->call_count = CALL_COUNT;
    }
    if (step && record->cost_micros != 0) {
        step->cost_micros = add_cost(step->cost_micros, record->cost_micros);
    }
    if (step && step->container) {
        struct step *all = step->container;
        all->cost_micros = add_cost(all->cost_micros, record->cost_micros);
    }
    bool of_step = record->type >= RECORD_TASK_INTENDED && record->type != RECORD_OPERATOR &&
                   record->type != RECORD_UNDO_DUE && record->type != RECORD_SAGA_MIGRATED &&
                   record->type != RECORD_SAGA_QUEUED && record->type != RECORD_SAGA_ADMITTED;
    enum direction before = saga->direction;
    struct call *call = step ? step_call(step, (enum task_kind)record->kind) : NULL;
    bool needs_call = of_step && record->type < RECORD_STEP_WAITING;
    if ((of_step && !step) || (needs_call && !call)) {
        return false;
    }
    bool ok = of_step ? fold_step(step, call, record, at_ms) : fold_saga(saga, step, record, at_ms);
    bool everything = saga->direction != before || record->type == RECORD_SAGA_COMPENSATING ||
                      record->type == RECORD_SAGA_MIGRATED;
    fold_look_again(saga, everything, step);
    return ok;
}
