/* failure.c - how a call fails: tried again, in doubt, refused, given up. */
#include "engine/failure.h"

#include "engine/call.h"
#include "engine/check.h"
#include "engine/park.h"
#include "engine/retry.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/calls.h"

/* Losing its session three times is bad luck; a task that loses more kills its workers. */
enum { LOSSES_FREE = 3 };

/* The delay before the next attempt, or -1 when there is to be none. */
static int64_t next_delay_ms(const struct turn *turn, const struct call *call,
                             const struct failure *failure)
{
    const struct retry_policy *policy = &call_spec(call)->retry;
    uint32_t counted = call->counted + (failure->uncounted ? 0 : 1);
    if (failure->refused && call->kind != TASK_CHECK) {
        return -1;
    }
    if (!failure->uncounted && policy->attempts_max > 0 && counted >= policy->attempts_max) {
        return -1;
    }
    int64_t delay_ms = 0;
    if (failure->retry_at_ms > 0) {
        delay_ms = failure->retry_at_ms > turn->now_ms ? failure->retry_at_ms - turn->now_ms : 0;
    } else if (failure->retry_after_ms >= 0) {
        delay_ms = failure->retry_after_ms;
    } else if (!failure->at_once) {
        uint64_t seed = turn->engine->options.seed ^ (turn->saga->id << 20) ^ turn->saga->seq;
        delay_ms = retry_delay_ms(policy, counted > 0 ? counted : 1, seed);
    }
    int64_t end_ms = call_close_ms(call);
    if (end_ms > 0 && end_ms <= turn->now_ms) {
        return -1;
    }
    if (end_ms > 0 && failure->retry_after_ms >= 0 && turn->now_ms + delay_ms > end_ms) {
        delay_ms = end_ms - turn->now_ms;
    }
    if (policy->elapsed_max_ms > 0 &&
        turn->now_ms + delay_ms > call->first_ms + policy->elapsed_max_ms) {
        return -1;
    }
    return delay_ms;
}

static uint32_t flags_of(const struct failure *failure)
{
    bool doubt_answered = failure->in_doubt && !failure->unanswered;
    return (doubt_answered ? FLAG_IN_DOUBT : 0u) | (failure->refused ? FLAG_REFUSED : 0u) |
           (failure->uncounted ? FLAG_UNCOUNTED : 0u) |
           (!failure->in_doubt && failure->unanswered ? FLAG_UNANSWERED : 0u) |
           (failure->lost ? FLAG_LOST : 0u) | (failure->no_effect ? FLAG_NO_EFFECT : 0u);
}

/* Only the newest attempt decides: while it is open, or given up but not yet followed by another.
 */
static bool attempt_decides(const struct call *call, const struct attempt *attempt)
{
    const struct step *step = call->step;
    if (attempt != call->newest) {
        return false;
    }
    bool undo_waits = undo_call_state(step) == UNDO_STATE_RETRYING && !call->spent;
    bool waits = (call->kind == TASK_DO && step->state == STEP_STATE_RETRYING) ||
                 (call->kind == TASK_UNDO && undo_waits) ||
                 (call->kind == TASK_CHECK && check_is_awaited(call));
    return attempt->state == ATTEMPT_OPEN || (attempt->state == ATTEMPT_DOUBT && waits);
}

/* Its own answer may end the doubt while its check still waits to be sent. */
static void emit_failure(struct turn *turn, struct call *call, struct record *record)
{
    turn_emit(turn, record);
    if (call->kind != TASK_CHECK) {
        check_call_off(turn, call->step);
    }
}

/* What comes of a failed attempt of an undo, besides its retry. */
static void undo_failed(struct turn *turn, const struct call *undo, bool is_final)
{
    struct step *step = undo->step;
    if (is_final && !(undo->spent && call_is_wanted(undo))) {
        park_undo(turn, step);
    } else if (!step->stuck && step->spec->stuck_attempts > 0 &&
               undo->counted >= step->spec->stuck_attempts) {
        park_stuck(turn, step);
    }
}

void call_fail(struct turn *turn, struct call *call, const struct failure *failure)
{
    bool unknown = failure->in_doubt && failure->unanswered;
    const struct attempt *attempt = failure->attempt;
    struct failure seen = *failure;
    bool decides = !attempt || attempt_decides(call, attempt);
    if (decides && attempt && attempt->state == ATTEMPT_DOUBT) {
        /* Its doubt was counted and its retry scheduled: the answer changes neither. */
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
    struct record record = {.type = unknown ? RECORD_TASK_IN_DOUBT : RECORD_TASK_FAILED,
                            .fields = 1,
                            .step = call->step->index,
                            .kind = call->kind,
                            .run = attempt ? attempt->run : call->run,
                            .attempt = attempt ? attempt->number : 0,
                            .code = failure->code,
                            .message = failure->message,
                            .details = failure->details,
                            .cost_micros = failure->cost_micros,
                            .flags = flags_of(&seen)};
    if (!decides) {
        record.flags |= FLAG_STALE;
        emit_failure(turn, call, &record);
        return;
    }
    /* The pivot's own doubt decides whether it is asked again: see call_is_wanted(). */
    bool pivot_doubt = failure->in_doubt && call->step->spec->step_class == CLASS_PIVOT &&
                       turn->saga->direction == FORWARD;
    bool wanted = call_is_wanted(call) || pivot_doubt;
    int64_t delay_ms = wanted && !failure->no_effect ? next_delay_ms(turn, call, &seen) : -1;
    record.flags |= delay_ms < 0 ? FLAG_FINAL : 0u;
    emit_failure(turn, call, &record);
    if (delay_ms > 0) {
        struct record retry = {.type = RECORD_RETRY_SCHEDULED,
                               .fields = 1,
                               .step = call->step->index,
                               .kind = call->kind,
                               .run = call->run,
                               .due_ms = turn->now_ms + delay_ms};
        turn_emit(turn, &retry);
    }
    if (call->kind == TASK_UNDO && !turn->failed) {
        undo_failed(turn, call, delay_ms < 0);
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
