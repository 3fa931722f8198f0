/* timers.c - what is due: one timer per saga, the earliest of all that its state waits for.
 *
 * Durable times come from records (intents, scheduled retries, the deadline); start_to_close and
 * heartbeat count from the sending and begin anew after a restart, so that an outage of the
 * coordinator turns no good saga back. */
#include "engine/turn.h"

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t close_due_ms(const struct call *call)
{
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    return timeouts->schedule_to_close_ms > 0 && call->first_ms > 0
               ? call->first_ms + timeouts->schedule_to_close_ms
               : INT64_MAX;
}

/* When the open attempt runs out of something, and of what. */
static int64_t attempt_due_ms(const struct engine *engine, const struct attempt *attempt,
                              const char **what)
{
    const struct timeouts *timeouts = &call_spec(attempt->call)->timeouts;
    int64_t due_ms = INT64_MAX;
    *what = NULL;
    if (call_is_of_child(attempt->call)) {
        return due_ms;
    }
    if (attempt->orphan) {
        *what = "restart";
        return engine->serving_ms > 0 ? engine->serving_ms + engine->options.dead_ms : INT64_MAX;
    }
    if (!attempt->out_of_time) {
        due_ms = close_due_ms(attempt->call);
        *what = "schedule_to_close";
    }
    int64_t key_ttl_ms = call_spec(attempt->call)->key_ttl_ms;
    bool key_counts = attempt->call->kind != TASK_CHECK && key_ttl_ms > 0 && !attempt->left &&
                      !attempt->out_of_time && call_in_doubt(attempt->call);
    if (key_counts && attempt->call->first_ms + key_ttl_ms < due_ms) {
        due_ms = attempt->call->first_ms + key_ttl_ms;
        *what = "key_expired";
    }
    if (!attempt->left) {
        if (timeouts->schedule_to_start_ms > 0 && !attempt->out_of_time &&
            attempt->intended_ms + timeouts->schedule_to_start_ms < due_ms) {
            due_ms = attempt->intended_ms + timeouts->schedule_to_start_ms;
            *what = "schedule_to_start";
        }
        return due_ms;
    }
    if (attempt->later) {
        return due_ms;
    }
    if (attempt->left_ms + timeouts->start_to_close_ms < due_ms) {
        due_ms = attempt->left_ms + timeouts->start_to_close_ms;
        *what = "start_to_close";
    }
    if (timeouts->heartbeat_ms > 0 && attempt->beat_ms + timeouts->heartbeat_ms < due_ms) {
        due_ms = attempt->beat_ms + timeouts->heartbeat_ms;
        *what = "heartbeat";
    }
    return due_ms;
}

/* With a written count of attempts, time counts only while there is no attempt at all. */
enum { QUIET_STUCK_MS = 300000 };

/* Since when the present undo is due; 0 = it is not. After a restart, and after a person's retry,
 * what counts is in the journal: its first intent, or the retry. */
static int64_t undo_since_ms(const struct step *step)
{
    bool asked = step->undo_state == UNDO_STATE_RUNNING || step->undo_state == UNDO_STATE_RETRYING;
    if (step->undo_due_ms == 0 && asked) {
        return step->calls[1].first_ms;
    }
    return asked || step->undo_state == UNDO_STATE_PENDING ? step->undo_due_ms : 0;
}

/* Its undo could go, were it not for an attempt of its do that answered `later`. */
static bool undo_is_barred(const struct step *step)
{
    bool due = step->undo_state == UNDO_STATE_PENDING || step_awaits_undo(step);
    return due && call_waits_for_finish(&step->calls[0]);
}

/* On the way back, or for an item whose failure stays its own: that one's undo rests while its saga
 * goes back to a save-point that spares it. */
static bool undo_is_on(const struct step *step)
{
    return step->saga->direction == BACKWARD ? !savepoint_spares(step) : step_undoes_alone(step);
}

static int64_t stuck_due_ms(const struct step *step)
{
    int64_t since_ms = undo_since_ms(step);
    if (since_ms == 0 || step->stuck || !undo_is_on(step) || undo_is_barred(step)) {
        return INT64_MAX;
    }
    if (step->spec->stuck_ms > 0) {
        return since_ms + step->spec->stuck_ms;
    }
    const struct attempt *newest = step->calls[1].newest;
    int64_t from_ms = newest && newest->left_ms > since_ms ? newest->left_ms : since_ms;
    return from_ms + QUIET_STUCK_MS;
}

/* In a saga on its way back, an open `later` without an end may wait for ever. */
static bool waits_for_finish(const struct step *step)
{
    const struct attempt *newest = step->calls[0].newest;
    return step->saga->direction == BACKWARD && step->chosen && newest && newest->later &&
           newest->state == ATTEMPT_OPEN && close_due_ms(&step->calls[0]) == INT64_MAX;
}

static int64_t finish_due_ms(const struct step *step)
{
    bool barred = undo_is_barred(step) && step->state != STEP_STATE_PARKED;
    if (step->undo_due_ms == 0 || (!barred && !waits_for_finish(step))) {
        return INT64_MAX;
    }
    int64_t patience_ms = step->spec->stuck_ms > 0 ? step->spec->stuck_ms : QUIET_STUCK_MS;
    return step->undo_due_ms + patience_ms;
}

static int64_t step_due_ms(const struct engine *engine, const struct step *step)
{
    int64_t due_ms = earlier(stuck_due_ms(step), finish_due_ms(step));
    due_ms = earlier(due_ms, deadline_due_ms(step));
    const struct saga *saga = step->saga;
    if (child_is_watched(step)) {
        due_ms = saga->paused ? due_ms : earlier(due_ms, child_due_ms(step));
    } else if (step->wake_ms > 0 && saga->direction == FORWARD && !saga->paused) {
        due_ms = earlier(due_ms, step->wake_ms);
    }
    for (uint32_t k = 0; k < step->call_count; k++) {
        const struct call *call = &step->calls[k];
        const char *what;
        if (call->newest && call->newest->state == ATTEMPT_OPEN) {
            due_ms = earlier(due_ms, attempt_due_ms(engine, call->newest, &what));
        }
        bool of_undo = call->kind == TASK_UNDO || call->of_undo;
        bool spared = savepoint_spares(step) && !(of_undo && step->calls[1].stray);
        if (call->retry_ms > 0 && !saga->paused && !spared) {
            due_ms = earlier(due_ms, call->retry_ms);
        }
        if (call->retry_ms > 0 || (k == 0 && step->state == STEP_STATE_RETRYING)) {
            due_ms = earlier(due_ms, close_due_ms(call));
        }
    }
    bool gate = undo_is_on(step) && !saga->paused && step->undo_due_ms > 0 &&
                (step->undo_state == UNDO_STATE_PENDING || step_awaits_undo(step));
    if (gate) {
        due_ms = earlier(due_ms, call_clear_ms(&step->calls[0], engine->options.dead_ms));
    }
    return due_ms;
}

bool saga_waits_for_start(const struct saga *saga)
{
    if (saga->start_at_ms <= saga->started_ms || saga->direction == BACKWARD) {
        return false;
    }
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        if (saga_step(saga, i)->state != STEP_STATE_PENDING) {
            return false;
        }
    }
    return true;
}

int64_t saga_next_due(const struct engine *engine, const struct saga *saga)
{
    int64_t due_ms = INT64_MAX;
    if ((saga->is_unsettled || saga->is_untold) && engine->serving_ms > 0) {
        return engine->serving_ms;
    }
    if (saga_state_is_final(saga->state)) {
        return due_ms;
    }
    if (saga->has_more && !saga->paused) {
        return saga->started_ms;
    }
    bool may_turn = saga->direction == FORWARD || saga->save_point > 0;
    if (saga->deadline_ms > 0 && !saga->timed_out && may_turn) {
        due_ms = saga->deadline_ms;
    }
    if (saga_waits_for_start(saga) && !saga->paused && !claims_wait(saga)) {
        due_ms = earlier(due_ms, saga->start_at_ms);
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total; i = saga_awake(saga, i + 1)) {
        due_ms = earlier(due_ms, step_due_ms(engine, saga_step(saga, i)));
    }
    return due_ms;
}

static void expire_attempt(struct turn *turn, struct call *call)
{
    struct attempt *attempt = call->newest;
    const char *what;
    int64_t due_ms = attempt_due_ms(turn->engine, attempt, &what);
    if (due_ms > turn->now_ms || !what) {
        return;
    }
    if (!attempt->left && !attempt->orphan) {
        /* It may be leaving at this moment: call it off, and hear whether it ever left. */
        attempt->out_of_time = true;
        call_off(turn, attempt, what, true);
        return;
    }
    bool restart = attempt->orphan;
    bool closed = close_due_ms(call) <= turn->now_ms;
    struct failure failure = {
        .attempt = attempt,
        .code = span_text(closed ? "schedule_to_close" : what),
        .message = span_text(restart ? "not heard of since the restart" : "no answer in time"),
        .in_doubt = true,
        .unanswered = true,
        .refused = closed,
        .uncounted = restart,
        .at_once = restart,
        .retry_after_ms = -1};
    attempt->orphan = false;
    call_fail(turn, call, &failure);
    if (!restart) {
        call_off(turn, attempt, what, true);
    }
}

static void expire_call(struct turn *turn, struct call *call)
{
    struct step *step = call->step;
    if (call->newest && call->newest->state == ATTEMPT_OPEN) {
        expire_attempt(turn, call);
        return;
    }
    bool retrying =
        call->retry_ms > 0 || (call->kind == TASK_DO && step->state == STEP_STATE_RETRYING);
    if (retrying && close_due_ms(call) <= turn->now_ms) {
        struct failure failure = {.code = span_text("schedule_to_close"),
                                  .message = span_text("no attempt succeeded in time"),
                                  .refused = true,
                                  .uncounted = true,
                                  .retry_after_ms = -1};
        call_fail(turn, call, &failure);
    }
}

static void expire_stuck(struct turn *turn, struct step *step)
{
    if (finish_due_ms(step) <= turn->now_ms && undo_is_barred(step)) {
        park_unfinished(turn, step);
    } else if (finish_due_ms(step) <= turn->now_ms) {
        struct failure failure = {.attempt = step->calls[0].newest,
                                  .code = span_text("later_without_end"),
                                  .message = span_text("answered later, and nobody finished it"),
                                  .in_doubt = true,
                                  .unanswered = true,
                                  .refused = true,
                                  .retry_after_ms = -1};
        call_fail(turn, &step->calls[0], &failure);
    }
    if (stuck_due_ms(step) <= turn->now_ms) {
        undo_stuck(turn, step);
    }
}

void undo_stuck(struct turn *turn, struct step *step)
{
    struct record record = {.type = RECORD_RETRY_SCHEDULED,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_UNDO,
                            .run = step->calls[1].run,
                            .due_ms = step->calls[1].retry_ms,
                            .flags = FLAG_STUCK,
                            .code = span_text("stuck")};
    turn_emit(turn, &record);
    turn_alert(turn, step, "undo_stuck");
}

static void expire_saga(struct turn *turn)
{
    struct saga *saga = turn->saga;
    bool past = pivot_has_succeeded(saga);
    bool turns = saga->turn_wanted && saga->turn_to == 0; /* and somebody said why */
    struct record record = {.type = RECORD_SAGA_TIMED_OUT,
                            .code = span_text("timeout"),
                            .message = span_text("the saga's time limit has passed"),
                            .flags = past || turns ? FLAG_STALE : 0u};
    turn_emit(turn, &record);
    if (past) {
        turn_alert(turn, NULL, "timed_out_past_the_pivot");
    }
}

void expire(struct turn *turn)
{
    struct saga *saga = turn->saga;
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        for (uint32_t k = 0; k < step->call_count && !turn->failed; k++) {
            expire_call(turn, &step->calls[k]);
        }
        expire_stuck(turn, step);
        deadline_expire(turn, step);
    }
    if (saga->deadline_ms > 0 && saga->deadline_ms <= turn->now_ms && !saga->timed_out &&
        (saga->direction == FORWARD || saga->save_point > 0) && !saga_state_is_final(saga->state)) {
        expire_saga(turn);
    }
}
