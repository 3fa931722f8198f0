/* failure.c - what follows when an attempt of a call (a do, undo, check or confirmation) fails:
 * another attempt, doubt, or giving the call up. */
#include "engine/failure.h"

#include "engine/call.h"
#include "engine/check.h"
#include "engine/confirm.h"
#include "engine/park.h"
#include "engine/retry.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/calls.h"
#include "saga/checks.h"
#include "saga/saga.h"

/* How many losses of a session are not counted as failed attempts. A call that loses more of them
 * seems to kill the processes that work on it, so further losses count. */
enum { LOSSES_FREE = 3 };

/* The ms from now after which the retry policy, or the failure itself, wants the next attempt. */
static int64_t wanted_delay_ms(const struct turn *turn, const struct call *call,
                               const struct failure *failure, uint32_t counted)
{
    if (failure->retry_at_ms > 0) {
        return failure->retry_at_ms > turn->now_ms ? failure->retry_at_ms - turn->now_ms : 0;
    }
    if (failure->retry_after_ms >= 0) {
        return failure->retry_after_ms;
    }
    if (failure->at_once) {
        return 0;
    }
    uint64_t seed = turn->engine->options.seed ^ (turn->saga->id << 20) ^ turn->saga->seq;
    int64_t delay_ms = retry_delay_ms(&call_spec(call)->retry, counted > 0 ? counted : 1, seed);
    POST(delay_ms >= 0);
    return delay_ms;
}

/* The delay in ms before the next attempt, or -1 when no other attempt follows. */
static int64_t next_delay_ms(const struct turn *turn, const struct call *call,
                             const struct failure *failure)
{
    const struct retry_policy *policy = &call_spec(call)->retry;
    uint32_t counted = call->counted + (failure->uncounted ? 0 : 1);
    int64_t end_ms = call_close_ms(call);
    PRE(!failure->no_effect);
    if (failure->refused && call->kind != TASK_CHECK) {
        return -1;
    }
    if (!failure->uncounted && policy->attempts_max > 0 && counted >= policy->attempts_max) {
        return -1;
    }
    if (end_ms > 0 && end_ms <= turn->now_ms) {
        return -1;
    }
    int64_t delay_ms = wanted_delay_ms(turn, call, failure, counted);
    /* A participant that asks for a delay beyond the call's time limit is asked once more, just
     * when the limit is over. */
    if (end_ms > 0 && failure->retry_after_ms >= 0 && turn->now_ms + delay_ms > end_ms) {
        delay_ms = end_ms - turn->now_ms;
    }
    bool has_elapsed = policy->elapsed_max_ms > 0 &&
                       turn->now_ms + delay_ms > call->first_ms + policy->elapsed_max_ms;
    return has_elapsed ? -1 : delay_ms;
}

static uint32_t flags_of(const struct failure *failure)
{
    PRE(!failure->lost || failure->in_doubt);
    bool doubt_answered = failure->in_doubt && !failure->unanswered;
    return (doubt_answered ? FLAG_IN_DOUBT : 0u) | (failure->refused ? FLAG_REFUSED : 0u) |
           (failure->uncounted ? FLAG_UNCOUNTED : 0u) |
           (!failure->in_doubt && failure->unanswered ? FLAG_UNANSWERED : 0u) |
           (failure->lost ? FLAG_LOST : 0u) | (failure->no_effect ? FLAG_NO_EFFECT : 0u);
}

/* Does the failure of this attempt decide what becomes of the call? Only that of the newest attempt
 * does: while it is open, or while it was given up as in doubt and its retry is still to come. */
static bool attempt_decides(const struct call *call, const struct attempt *attempt)
{
    const struct step *step = call->step;
    PRE(attempt->call == call);
    if (attempt != call->newest) {
        return false;
    }
    bool undo_waits = undo_call_state(step) == UNDO_STATE_RETRYING && !call->spent;
    bool waits = (call->kind == TASK_DO && step->state == STEP_STATE_RETRYING) ||
                 (call->kind == TASK_UNDO && undo_waits) ||
                 (call->kind == TASK_CONFIRM && confirm_waits(step)) ||
                 (call->kind == TASK_CHECK && check_is_awaited(call));
    return attempt->state == ATTEMPT_OPEN || (attempt->state == ATTEMPT_DOUBT && waits);
}

/* Writes the failure. If this answer ends the doubt of a do or an undo, a check that was to ask
 * about the doubt and has not been sent yet is called off. */
static void emit_failure(struct turn *turn, struct call *call, struct record *record)
{
    PRE(record->type == RECORD_TASK_FAILED || record->type == RECORD_TASK_IN_DOUBT);
    turn_emit(turn, record);
    if (call->kind != TASK_CHECK) {
        check_call_off(turn, call->step);
    }
}

/* Called after an attempt of an undo has failed: parks the undo if no other attempt follows, or
 * alerts if it has failed so often that it counts as stuck. */
static void undo_failed(struct turn *turn, const struct call *undo, bool is_final)
{
    PRE(undo->kind == TASK_UNDO);
    struct step *step = undo->step;
    if (is_final && !(undo->spent && call_is_wanted(undo))) {
        park_undo(turn, step);
    } else if (!step->stuck && step->spec->stuck_attempts > 0 &&
               undo->counted >= step->spec->stuck_attempts) {
        park_stuck(turn, step);
    }
}

/* Completes the failure by what is known of the call: whether it counts as an attempt, and whether
 * it is a refusal for good. */
static struct failure weigh(const struct call *call, const struct failure *failure, bool decides)
{
    const struct attempt *attempt = failure->attempt;
    struct failure seen = *failure;
    PRE(!attempt || attempt->call == call);
    if (decides && attempt && attempt->state == ATTEMPT_DOUBT) {
        /* The attempt was counted when it came into doubt, and its retry is scheduled: the answer
         * changes neither. */
        seen.uncounted = true;
        seen.retry_at_ms = failure->retry_after_ms < 0 ? call->retry_ms : 0;
    }
    if (failure->lost && call->losses < LOSSES_FREE) {
        seen.uncounted = true;
    }
    bool is_answered = !failure->in_doubt || !failure->unanswered;
    if (is_answered && call->kind != TASK_CHECK &&
        retry_is_refusal(&call_spec(call)->retry, failure->code)) {
        seen.refused = true;
    }
    return seen;
}

static struct record failure_record(const struct call *call, const struct failure *seen)
{
    const struct attempt *attempt = seen->attempt;
    bool unknown = seen->in_doubt && seen->unanswered;
    PRE(!attempt || !attempt->answered || attempt->untaken);
    return (struct record){.type = unknown ? RECORD_TASK_IN_DOUBT : RECORD_TASK_FAILED,
                           .fields = 1,
                           .step = call->step->index,
                           .kind = call->kind,
                           .run = attempt ? attempt->run : call->run,
                           .attempt = attempt ? attempt->number : 0,
                           .code = seen->code,
                           .message = seen->message,
                           .details = seen->details,
                           .cost_micros = seen->cost_micros,
                           .flags = flags_of(seen)};
}

/* Is another attempt of the call to be made? For a pivot in doubt yes in any case, for its outcome
 * decides whether the saga can go back: see call_is_wanted(). */
static bool is_tried_again(const struct turn *turn, const struct call *call,
                           const struct failure *failure)
{
    PRE(call->step->saga == turn->saga);
    bool pivot_doubt = failure->in_doubt && call->step->spec->step_class == CLASS_PIVOT &&
                       turn->saga->direction == FORWARD;
    return !failure->no_effect && (call_is_wanted(call) || pivot_doubt);
}

static void schedule_retry(struct turn *turn, const struct call *call, int64_t delay_ms)
{
    PRE(delay_ms > 0);
    struct record retry = {.type = RECORD_RETRY_SCHEDULED,
                           .fields = 1,
                           .step = call->step->index,
                           .kind = call->kind,
                           .run = call->run,
                           .due_ms = turn->now_ms + delay_ms};
    turn_emit(turn, &retry);
}

void call_fail(struct turn *turn, struct call *call, const struct failure *failure)
{
    bool decides = !failure->attempt || attempt_decides(call, failure->attempt);
    const struct failure seen = weigh(call, failure, decides);
    struct record record = failure_record(call, &seen);
    PRE(call->step->saga == turn->saga);
    if (!decides) {
        record.flags |= FLAG_STALE;
        emit_failure(turn, call, &record);
        return;
    }
    int64_t delay_ms = is_tried_again(turn, call, failure) ? next_delay_ms(turn, call, &seen) : -1;
    record.flags |= delay_ms < 0 ? FLAG_FINAL : 0u;
    emit_failure(turn, call, &record);
    if (delay_ms > 0) {
        schedule_retry(turn, call, delay_ms);
    }
    if (call->kind == TASK_UNDO && !turn->failed) {
        undo_failed(turn, call, delay_ms < 0);
    }
    if (call->kind == TASK_CONFIRM && !turn->failed) {
        confirm_failed(turn, call, delay_ms < 0);
    }
}

void key_expire(struct turn *turn, struct call *call)
{
    PRE(call_key_is_over(call, turn->now_ms));
    struct failure failure = {
        .code = span_text("key_expired"),
        .message = span_text("in doubt, and the provider may have forgotten the key"),
        .refused = true,
        .uncounted = true,
        .retry_after_ms = -1};
    call_fail(turn, call, &failure);
}
