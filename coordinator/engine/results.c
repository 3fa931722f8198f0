/* results.c - takes the results that participants send, and answers each with a verdict.
 *
 * While a step is undecided the success of any of its attempts counts, for the same idempotency key
 * means the same effect; of failures only the newest attempt's decides. A success that comes after
 * the step was decided otherwise is recorded as late, and undone. A repeated result gets the same
 * verdict again, and changes nothing. */
#include "engine/results.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/budget.h"
#include "engine/call.h"
#include "engine/check.h"
#include "engine/confirm.h"
#include "engine/deadline.h"
#include "engine/effect.h"
#include "engine/failure.h"
#include "engine/name.h"
#include "engine/park.h"
#include "engine/pivot.h"
#include "engine/result.h"
#include "engine/room.h"
#include "engine/savepoint.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/calls.h"
#include "saga/checks.h"
#include "saga/open.h"
#include "saga/quiet.h"
#include "saga/record_steps.h"
#include "saga/saga.h"
#include "saga/steps.h"

static void tell(struct turn *turn, const struct attempt *attempt, enum verdict verdict)
{
    PRE(attempt->call->step->saga == turn->saga);
    struct effect *effect = turn_effect(turn, EFFECT_DONE);
    bool ok = true;
    if (effect) {
        /* A final saga may leave memory before this batch is released: the key is copied. */
        effect->call.key = arena_copy(&turn->batch->arena, attempt->task.key, &ok);
        turn->failed |= !ok;
        effect->call.attempt = attempt->number;
        memcpy(effect->call.token, attempt->token, TOKEN_SIZE);
        effect->call.verdict = verdict;
    }
}

static struct record record_of(enum record_type type, const struct attempt *attempt,
                               const struct result *result)
{
    return (struct record){.type = type,
                           .fields = 1,
                           .step = attempt->call->step->index,
                           .kind = attempt->call->kind,
                           .run = attempt->run,
                           .attempt = attempt->number,
                           .output = result->output,
                           .cost_micros = result->cost_micros};
}

/* Is the outcome of the step's do still undecided, so that an answer may decide it? */
static bool do_is_undecided(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE && step->state < STEP_STATE_COUNT);
    switch (step->state) {
    case STEP_STATE_RUNNING:
    case STEP_STATE_RETRYING:
    case STEP_STATE_IN_DOUBT:
        return true;
    case STEP_STATE_PARKED:
        return step->undo_state == UNDO_STATE_NONE && !call_has_succeeded(&step->calls[0]);
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
    case STEP_STATE_WAITING:
    case STEP_STATE_SUCCEEDED:
    case STEP_STATE_FAILED:
    case STEP_STATE_SKIPPED:
    case STEP_STATE_COMPENSATING:
    case STEP_STATE_COMPENSATED:
    case STEP_STATE_KEPT:
    case STEP_STATE_RESOLVED:
    case STEP_STATE_COUNT:
        break;
    }
    return false;
}

/* Is it known already, by any answer, that the do under this attempt's key has succeeded? */
static bool same_key_counted(const struct attempt *attempt)
{
    PRE(attempt->run <= attempt->call->run);
    for (const struct attempt *a = attempt->call->attempts; a; a = a->older) {
        /* An attempt without an answer of its own counts as succeeded by the answer of another
         * attempt of the same key, or of a check. */
        if (a->run == attempt->run && a->state == ATTEMPT_SUCCEEDED &&
            (!a->answered || a->verdict == VERDICT_OK)) {
            return true;
        }
    }
    return false;
}

/* Wakes a saga that a result moves again: one that was parked, or that had ended before the effect
 * came. */
static void unpark_saga(struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    bool stood = saga->state == SAGA_STATE_PARKED || saga->state == SAGA_STATE_COMPENSATED ||
                 saga->state == SAGA_STATE_COMPLETED;
    if (!stood) {
        return;
    }
    /* In a completed saga only the step with the late effect is undone, and no other. */
    uint8_t list[16];
    struct buf steps = {.data = list, .capacity = sizeof(list), .size_max = sizeof(list)};
    struct record record = {.type = RECORD_SAGA_COMPENSATING,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("late_result"),
                            .message = span_text("an effect came after the decision")};
    if (saga->state == SAGA_STATE_COMPLETED) {
        mp_put_array(&steps, step->late_undo_state == UNDO_STATE_NONE ? 1 : 0);
        if (step->late_undo_state == UNDO_STATE_NONE) {
            step_list_put(&steps, step);
        }
        record.flags = FLAG_PARTIAL;
        record.steps = buf_span(&steps);
    } else if (saga->save_point > 0) {
        savepoint_goes_on(saga, &record);
    } else if (saga->direction == FORWARD) {
        record = (struct record){.type = RECORD_SAGA_RESUMED, .code = span_text("result")};
    }
    turn_emit(turn, &record);
}

/* Called when an attempt of an old key has succeeded: the step was undone, and has begun anew under
 * another key. The effect of the old key is undone too. */
static void old_key_succeeded(struct turn *turn, struct attempt *attempt,
                              const struct result *result)
{
    PRE(attempt_is_of_old_key(attempt));
    struct step *step = attempt->call->step;
    struct record record = record_of(RECORD_TASK_LATE, attempt, result);
    bool had = step_has_late_effect(step);
    turn_emit(turn, &record);
    if (step_has_late_effect(step) && !had) {
        unpark_saga(turn, step);
    } else if (!had && step->spec->step_class != CLASS_READONLY) {
        turn_alert(turn, step, "late_result_of_settled_step");
    }
    tell(turn, attempt, VERDICT_LATE);
}

/* Takes the success of an attempt of the do: it decides the step, repeats what is known already, or
 * comes too late. */
static void do_succeeded(struct turn *turn, struct attempt *attempt, const struct result *result)
{
    PRE(attempt->call->kind == TASK_DO);
    struct step *step = attempt->call->step;
    if (attempt_is_of_old_key(attempt) && !same_key_counted(attempt)) {
        old_key_succeeded(turn, attempt, result);
        return;
    }
    if (!attempt_is_of_old_key(attempt) && do_is_undecided(step)) {
        struct record record = record_of(RECORD_TASK_SUCCEEDED, attempt, result);
        turn_emit(turn, &record);
        unpark_saga(turn, step);
        /* Calls the other attempts off: one that still waits to be sent must not outlive the saga.
         */
        call_off_all(turn, attempt->call, "superseded");
        check_call_off(turn, step);
        pivot_keep_forward(turn, step);
        deadline_set(turn, step);
        tell(turn, attempt, VERDICT_OK);
        return;
    }
    if (same_key_counted(attempt)) {
        struct record record = record_of(RECORD_TASK_SUCCEEDED, attempt, result);
        record.flags = FLAG_STALE;
        record.output = (struct span){NULL, 0};
        turn_emit(turn, &record);
        tell(turn, attempt, VERDICT_OK);
        return;
    }
    result_late(turn, attempt, result);
    tell(turn, attempt, VERDICT_LATE);
}

void result_late(struct turn *turn, struct attempt *attempt, const struct result *result)
{
    struct step *step = attempt->call->step;
    struct record record = record_of(RECORD_TASK_LATE, attempt, result);
    PRE(attempt->call->kind == TASK_DO);
    turn_emit(turn, &record);
    bool terminated = turn->saga->state == SAGA_STATE_TERMINATED;
    /* A step that was kept although it cannot be undone was settled by the person who accepted
     * that. */
    bool kept = step->state == STEP_STATE_KEPT && step->spec->step_class != CLASS_READONLY;
    if (step->by_person || kept || terminated || open_is_committed(turn->saga)) {
        turn_alert(turn, step, "late_result_of_settled_step");
    } else if (step->spec->step_class != CLASS_READONLY) {
        unpark_saga(turn, step);
        /* The definition has no undo for the late effect: the step is parked, so that the effect is
         * not forgotten when the saga ends. */
        if (step->state == STEP_STATE_FAILED && !step->spec->has_undo) {
            park(turn, step, TASK_DO, "late_result");
        }
    }
}

/* Takes the success of an undo, known by the undo's own answer or by that of its check (then
 * `attempt` is the check's). counts: false when the step was decided otherwise meanwhile, so that
 * the answer is only written down. */
static void undo_ok(struct turn *turn, struct attempt *attempt, const struct result *result,
                    bool counts)
{
    PRE(attempt->call->kind == TASK_UNDO || attempt->of_undo);
    struct step *step = attempt->call->step;
    struct record record = record_of(RECORD_TASK_SUCCEEDED, attempt, result);
    record.flags = counts ? 0 : FLAG_STALE;
    if (counts) {
        unpark_saga(turn, step);
        /* a later undo of the same step, for a late effect, is due at a time of its own */
        step->live.undo_due_ms = 0;
    }
    turn_emit(turn, &record);
    call_off_all(turn, attempt->call, "superseded");
    if (counts) {
        call_off_all(turn, step_call(step, TASK_UNDO), "superseded");
        check_call_off(turn, step);
    }
    tell(turn, attempt, VERDICT_OK);
}

static void undo_succeeded(struct turn *turn, struct attempt *attempt, const struct result *result)
{
    PRE(attempt->call->kind == TASK_UNDO);
    struct step *step = attempt->call->step;
    enum undo_state state = undo_call_state(step);
    bool open =
        state == UNDO_STATE_RUNNING || state == UNDO_STATE_RETRYING || state == UNDO_STATE_PARKED;
    bool counts = open && attempt->run == attempt->call->run && !step->by_person;
    undo_ok(turn, attempt, result, counts);
}

static void check_succeeded(struct turn *turn, struct attempt *attempt, const struct result *result)
{
    PRE(attempt->call->kind == TASK_CHECK);
    struct step *step = attempt->call->step;
    bool counts = check_is_awaited(attempt->call) && attempt->run == attempt->call->run;
    if (attempt->of_undo) {
        undo_ok(turn, attempt, result, counts && attempt->call->of_undo);
        return;
    }
    struct record record = record_of(RECORD_TASK_SUCCEEDED, attempt, result);
    record.flags = counts ? 0 : FLAG_STALE;
    turn_emit(turn, &record);
    call_off_all(turn, attempt->call, "superseded");
    if (counts) {
        pivot_keep_forward(turn, step);
        deadline_set(turn, step);
    }
    tell(turn, attempt, VERDICT_OK);
}

static void confirm_succeeded(struct turn *turn, struct attempt *attempt,
                              const struct result *result)
{
    PRE(attempt->call->kind == TASK_CONFIRM);
    struct step *step = attempt->call->step;
    CHECK(step->open != NULL);
    bool is_open = confirm_waits(step) || step->open->confirm_state == UNDO_STATE_PARKED;
    bool counts = is_open && attempt->run == attempt->call->run && call_is_wanted(attempt->call);
    struct record record = record_of(RECORD_TASK_SUCCEEDED, attempt, result);
    record.flags = counts ? 0 : FLAG_STALE;
    if (counts) {
        unpark_saga(turn, step);
    }
    turn_emit(turn, &record);
    call_off_all(turn, attempt->call, "superseded");
    tell(turn, attempt, VERDICT_OK);
}

/* Takes the answer of a check that the do, or the undo, never took effect. The answer counts only
 * if no attempt of that call can act any more; else the check is asked again when none can. */
static void not_found(struct turn *turn, struct attempt *attempt, struct failure *failure)
{
    PRE(attempt->call->kind == TASK_CHECK);
    const struct call *asked = check_asked(attempt->call);
    int64_t quiet_ms = call_quiet_ms(asked, turn->engine->options.dead_ms);
    if (quiet_ms <= turn->now_ms) {
        failure->no_effect = true;
        return;
    }
    failure->uncounted = true;
    failure->retry_at_ms = quiet_ms == INT64_MAX ? 0 : quiet_ms;
}

/* The ms that the participant asks to be left alone, but no more than the limit, so that no
 * participant can make a step stand still for ever without anybody being told. */
static int64_t retry_after_ms(const struct result *result)
{
    return result->retry_after_ms > LIMIT_RETRY_AFTER_MS ? LIMIT_RETRY_AFTER_MS
                                                         : result->retry_after_ms;
}

/* Does the failure say only that the participant has stopped an attempt that was called off because
 * its time was over? Then there was no effect, and the failure is no refusal: whether the call is
 * tried again was decided when the time was over. */
static bool heeds_cancel(const struct attempt *attempt, const struct result *result)
{
    PRE(attempt->call != NULL);
    return attempt->state != ATTEMPT_OPEN && span_is(result->code, "cancelled");
}

/* Takes the failure of an attempt: writes the failure or the doubt, and what follows from it. */
static void take_failure(struct turn *turn, struct attempt *attempt, const struct result *result)
{
    PRE(result->status == RESULT_FAILED);
    PRE(!attempt->answered || attempt->untaken);
    struct failure failure = {.attempt = attempt,
                              .code = result->code,
                              .message = result->message,
                              .details = result->details,
                              .in_doubt = result->in_doubt,
                              .refused = !result->retryable && !heeds_cancel(attempt, result),
                              .retry_after_ms = retry_after_ms(result),
                              .cost_micros = result->cost_micros};
    struct call *call = attempt->call;
    bool stale = attempt != call->newest || !call_is_wanted(call);
    if (call->kind == TASK_CHECK && span_is(result->code, "not_found") && !stale) {
        not_found(turn, attempt, &failure);
    }
    call_fail(turn, call, &failure);
    if (call->step->state == STEP_STATE_RETRYING) {
        unpark_saga(
            turn,
            call->step); /* the failure ended the doubt of the step for which the saga was parked */
    }
    tell(turn, attempt, attempt->verdict);
}

/* Would a success of this attempt come too late? Then the answer `later`, which promises one, comes
 * too late as well. */
static bool is_too_late(const struct attempt *attempt)
{
    PRE(attempt->run <= attempt->call->run);
    const struct step *step = attempt->call->step;
    bool is_decided = !do_is_undecided(step) && !same_key_counted(attempt);
    bool is_past = attempt_is_of_old_key(attempt) && !same_key_counted(attempt);
    return attempt->call->kind == TASK_DO && (is_decided || is_past || step_undo_is_begun(step));
}

/* Takes the answer `later`: the participant goes on, and finishes the attempt by its token; until
 * then the attempt may still act. */
static void take_later(struct turn *turn, struct attempt *attempt)
{
    PRE(!attempt->answered || attempt->untaken);
    if (!attempt->later) {
        bool late = is_too_late(attempt);
        struct record record = {.type = RECORD_STEP_WAITING,
                                .fields = 1,
                                .step = attempt->call->step->index,
                                .kind = attempt->call->kind,
                                .run = attempt->run,
                                .attempt = attempt->number,
                                .flags = late ? FLAG_LATE : 0u,
                                .code = span_text("later")};
        turn_emit(turn, &record);
        char name[NAME_TOKEN_SIZE + 1];
        turn->failed |= !turn_name(turn, engine_token_name(attempt->token, name), NULL);
        /* The attempt was called off while it ran: its participant, or whoever will finish it, must
         * be told again. */
        if (!turn->failed && (attempt->live.called_off || late)) {
            attempt->live.called_off = false;
            call_off(turn, attempt, "cancelled", false);
        }
    }
    tell(turn, attempt, attempt->verdict);
}

/* Returns the result, or, if the saga has no room for its output and details, `own` without them. A
 * do whose output would have counted has had an effect, but its output is lost: it becomes in
 * doubt. */
static const struct result *within_room(const struct turn *turn, const struct attempt *attempt,
                                        const struct result *result, struct result *own)
{
    if (room_for(turn->saga, result->output.size + result->details.size)) {
        return result;
    }
    bool counts = (attempt->call->kind == TASK_CHECK && !attempt->of_undo) ||
                  (attempt->call->kind == TASK_DO && !attempt_is_of_old_key(attempt) &&
                   do_is_undecided(attempt->call->step));
    *own = *result;
    own->output = (struct span){NULL, 0};
    own->details = (struct span){NULL, 0};
    if (result->status == RESULT_OK && result->output.size > 0 && counts) {
        own->status = RESULT_FAILED;
        own->code = span_text("too_large");
        own->message = span_text("the saga holds too much for the output");
        own->in_doubt = attempt->call->kind == TASK_DO;
        own->retryable = false;
        own->retry_after_ms = -1;
    }
    POST(own->output.size == 0);
    return own;
}

/* Was the attempt counted as never taken, and its participant says now that it did run, with
 * unknown outcome? Then an effect may stand that nothing else would undo. */
static bool may_stand(const struct attempt *attempt, const struct result *result)
{
    PRE(attempt->answered || !attempt->untaken);
    return attempt->untaken && result->status == RESULT_FAILED && result->in_doubt &&
           is_too_late(attempt);
}

void result_take(struct turn *turn, struct attempt *attempt, const struct result *result)
{
    PRE(attempt->call->step->saga == turn->saga);
    struct result own;
    attempt->live.orphan = false;
    attempt->live.left = true;
    /* An attempt that was only counted as never taken, because another connection of its
     * participant said so, has not had its own answer yet. */
    if (attempt->answered && !attempt->untaken) {
        tell(turn, attempt, attempt->verdict);
        return;
    }
    result = within_room(turn, attempt, result, &own);
    if (may_stand(attempt, result)) {
        do_succeeded(turn, attempt, result);
        return;
    }
    switch (result->status) {
    case RESULT_LATER:
        take_later(turn, attempt);
        return;
    case RESULT_FAILED:
        take_failure(turn, attempt, result);
        if (attempt->call->kind == TASK_UNDO || attempt->of_undo) {
            budget_watch_undo(turn, attempt->call->step, result->cost_micros);
        }
        return;
    case RESULT_OK:
        break;
    }
    switch (attempt->call->kind) {
    case TASK_DO:
        do_succeeded(turn, attempt, result);
        return;
    case TASK_UNDO:
        undo_succeeded(turn, attempt, result);
        budget_watch_undo(turn, attempt->call->step, result->cost_micros);
        return;
    case TASK_CHECK:
        check_succeeded(turn, attempt, result);
        if (attempt->of_undo) {
            budget_watch_undo(turn, attempt->call->step, result->cost_micros);
        }
        return;
    case TASK_CONFIRM:
        confirm_succeeded(turn, attempt, result);
        return;
    }
}
