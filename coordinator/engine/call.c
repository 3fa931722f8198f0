/* call.c - attempts: sending one, and what its failure means for the next.
 *
 * The intent is a record before it is an effect, so that a crash never hides a call. The request is
 * frozen with the first intent of a key; further attempts of the key carry the same bytes. */
#include "base/limits.h"
#include "base/mp.h"
#include "engine/retry.h"
#include "engine/trace.h"
#include "engine/turn.h"

/* Losing its session three times is bad luck; a task that loses more kills its workers. */
enum { LOSSES_FREE = 3 };

static int64_t close_ms(const struct call *call)
{
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    return timeouts->schedule_to_close_ms > 0 && call->first_ms > 0
               ? call->first_ms + timeouts->schedule_to_close_ms
               : 0;
}

/* What adapters are given of a new attempt. */
static void fill_task(const struct saga *saga, const struct call *call, struct attempt *attempt)
{
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    struct task *task = &attempt->task;
    task->saga = saga->id;
    task->key = call->key;
    task->attempt = attempt->number;
    memcpy(task->token, attempt->token, TOKEN_SIZE);
    task->kind = call->kind;
    task->action = call_action(call);
    task->saga_name = saga->name;
    task->definition = saga->definition->name;
    task->version = saga->definition->version;
    task->step = call->step->name;
    task->input = call->input.size > 0 ? call->input : MP_NIL_VALUE;
    task->do_key = call->do_key;
    task->output = call->output;
    task->in_doubt = call->in_doubt || call->kind == TASK_CHECK;
    task->ttl_ms = timeouts->start_to_close_ms;
    task->close_at_ms = close_ms(call);
    task->heartbeat_ms = timeouts->heartbeat_ms;
    task->details = call->details;
    trace_parent(saga, attempt, attempt->traceparent);
    task->traceparent = span_of(attempt->traceparent, TRACE_PARENT_SIZE);
    task->tracestate = saga->tracestate;
}

/* Past the bound the oldest attempt is forgotten; its token goes with it, and its answer will be
 * `unknown`. How long it may still act is remembered: the undo must not overtake it. */
static void forget_oldest(struct turn *turn, struct call *call)
{
    if (call->attempt_count < LIMIT_ATTEMPTS_KEPT) {
        return;
    }
    const struct attempt *spare = call_spare(call);
    if (spare) {
        if (!spare->answered && spare->left_ms > call->forgotten_left_ms) {
            call->forgotten_left_ms = spare->left_ms;
        }
        map_drop(&turn->engine->tokens, span_of(spare->token, TOKEN_SIZE));
    }
}

void call_send(struct turn *turn, struct call *call, const struct span *input, uint32_t flags)
{
    if (turn->failed) {
        return;
    }
    CHECK(turn->entropy->used + TOKEN_SIZE <= turn->entropy->size);
    bool fresh = input != NULL || call->run == 0;
    /* An undo must be asked for: as with any reference that is too much, null stands for it. */
    bool fits = call->kind != TASK_UNDO || !input || room_to_undo(turn->saga, input->size);
    struct record record = {.type = RECORD_TASK_INTENDED,
                            .fields = 1,
                            .step = call->step->index,
                            .kind = call->kind,
                            .run = fresh ? call->run + 1 : call->run,
                            .attempt = fresh ? 1 : call->number_last + 1,
                            .flags = flags,
                            .input = fresh && input && fits ? *input : (struct span){NULL, 0}};
    memcpy(record.token, turn->entropy->bytes + turn->entropy->used, TOKEN_SIZE);
    turn->entropy->used += TOKEN_SIZE;
    forget_oldest(turn, call);
    turn_emit(turn, &record);
    if (turn->failed) {
        return;
    }
    struct attempt *attempt = call->newest;
    if (call_is_of_child(call)) {
        call->step->watch = (struct child_watch){0}; /* no participant: see child.c */
        return;
    }
    fill_task(turn->saga, call, attempt);
    struct span token = span_of(attempt->token, TOKEN_SIZE);
    if (map_put(&turn->engine->tokens, token, attempt) != SAGA_OK) {
        turn->failed = true;
        return;
    }
    struct effect *effect = turn_effect(turn, EFFECT_TASK);
    if (effect) {
        effect->task = &attempt->task;
    }
}

bool call_is_wanted(const struct call *call)
{
    const struct step *step = call->step;
    const struct saga *saga = step->saga;
    if (saga_state_is_final(saga->state) || step->by_person) {
        return false;
    }
    switch (call->kind) {
    case TASK_DO:
        /* A pivot in doubt is asked again with its key even when the saga shall turn back: only
         * its outcome says which way is open. */
        return (saga->direction == FORWARD || savepoint_spares(step)) &&
               (!saga->turn_wanted ||
                (step->spec->step_class == CLASS_PIVOT && call_in_doubt(call)));
    case TASK_UNDO:
        return call->stray ? step_has_stray(step) : step->state == STEP_STATE_COMPENSATING;
    case TASK_CHECK:
        return check_is_awaited(call);
    case TASK_CONFIRM:
        break;
    }
    return false;
}

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
    int64_t end_ms = close_ms(call);
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
        undo_give_up(turn, step);
    } else if (!step->stuck && step->spec->stuck_attempts > 0 &&
               undo->counted >= step->spec->stuck_attempts) {
        undo_stuck(turn, step);
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

/* A participant that never answers what was called off keeps its slot no longer than its time. One
 * that has not left, as far as we know, may be leaving at this moment. */
static int64_t slot_over_ms(const struct turn *turn, const struct attempt *attempt)
{
    struct attempt leaving = *attempt;
    leaving.left_ms = attempt->left ? attempt->left_ms : turn->now_ms;
    return attempt_over_ms(&leaving);
}

void call_off(struct turn *turn, struct attempt *attempt, const char *reason, bool timed_out)
{
    if (call_is_of_child(attempt->call)) {
        return;
    }
    if (attempt->answered || attempt->orphan || (attempt->called_off && !timed_out)) {
        return;
    }
    struct effect *effect = turn_effect(turn, EFFECT_CANCEL);
    if (!effect) {
        return;
    }
    attempt->called_off = true;
    bool ok = true;
    effect->ref = 0;
    /* A final saga may leave memory before this batch is released: the key is copied. */
    effect->call.key = arena_copy(&turn->batch->arena, attempt->task.key, &ok);
    turn->failed |= !ok;
    effect->call.attempt = attempt->number;
    memcpy(effect->call.token, attempt->token, TOKEN_SIZE);
    effect->call.action = attempt->task.action;
    effect->call.reason = reason;
    effect->call.over_ms = timed_out ? turn->now_ms : slot_over_ms(turn, attempt);
}

void call_off_all(struct turn *turn, struct call *call, const char *reason)
{
    for (struct attempt *a = call->attempts; a; a = a->older) {
        call_off(turn, a, reason, false);
    }
}
