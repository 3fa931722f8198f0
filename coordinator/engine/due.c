/* due.c - works out the time at which a saga in memory must be looked at again, from all that its
 * state waits for. */
#include "engine/due.h"

#include "engine/confirm.h"
#include "engine/deadline.h"
#include "engine/state.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/quiet.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* An undo whose definition gives no time after which it is stuck counts as stuck when no attempt of
 * it was sent for so many ms. */
enum { QUIET_STUCK_MS = 300000 };

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t due_close_ms(const struct call *call)
{
    int64_t close_ms = call_close_ms(call);
    return close_ms > 0 ? close_ms : INT64_MAX;
}

int64_t due_attempt_ms(const struct engine *engine, const struct attempt *attempt,
                       const char **what)
{
    const struct timeouts *timeouts = &call_spec(attempt->call)->timeouts;
    int64_t due_ms = INT64_MAX;
    *what = NULL;
    if (call_is_of_child(attempt->call)) {
        return due_ms;
    }
    if (attempt->live.orphan) {
        *what = "restart";
        CHECK(attempt == attempt->call->newest);
        return engine->serving_ms > 0 ? engine->serving_ms + engine->options.dead_ms : INT64_MAX;
    }
    if (!attempt->live.out_of_time) {
        due_ms = due_close_ms(attempt->call);
        *what = "schedule_to_close";
    }
    int64_t key_ttl_ms = call_spec(attempt->call)->key_ttl_ms;
    bool key_counts = attempt->call->kind != TASK_CHECK && key_ttl_ms > 0 && !attempt->live.left &&
                      !attempt->live.out_of_time && call_in_doubt(attempt->call);
    if (key_counts && attempt->call->first_ms + key_ttl_ms < due_ms) {
        due_ms = attempt->call->first_ms + key_ttl_ms;
        *what = "key_expired";
    }
    if (!attempt->live.left) {
        if (timeouts->schedule_to_start_ms > 0 && !attempt->live.out_of_time &&
            attempt->intended_ms + timeouts->schedule_to_start_ms < due_ms) {
            due_ms = attempt->intended_ms + timeouts->schedule_to_start_ms;
            *what = "schedule_to_start";
        }
        return due_ms;
    }
    if (attempt->later) {
        return due_ms;
    }
    if (attempt->live.left_ms + timeouts->start_to_close_ms < due_ms) {
        due_ms = attempt->live.left_ms + timeouts->start_to_close_ms;
        *what = "start_to_close";
    }
    if (timeouts->heartbeat_ms > 0 && attempt->live.beat_ms + timeouts->heartbeat_ms < due_ms) {
        due_ms = attempt->live.beat_ms + timeouts->heartbeat_ms;
        *what = "heartbeat";
    }
    POST(*what || due_ms == INT64_MAX);
    return due_ms;
}

/* The running time since which the step's present undo is due; 0 = it is not due. After a restart,
 * and after a person's retry, this is a time from the journal: that of the first attempt, or of the
 * retry. */
static int64_t undo_since_ms(const struct step *step)
{
    PRE(step->live.undo_due_ms >= 0);
    bool asked = step->undo_state == UNDO_STATE_RUNNING || step->undo_state == UNDO_STATE_RETRYING;
    if (step->live.undo_due_ms == 0 && asked) {
        return step->calls[1].first_ms;
    }
    return asked || step->undo_state == UNDO_STATE_PENDING ? step->live.undo_due_ms : 0;
}

bool due_undo_is_barred(const struct step *step)
{
    bool due = step->undo_state == UNDO_STATE_PENDING || step_awaits_undo(step);
    return due && call_waits_for_finish(&step->calls[0]);
}

/* May the step's undo be sent now: because the saga goes back, or for an item of a fan-out whose
 * failure does not send the saga back? While the saga goes back to a save-point that spares the
 * item, the item's undo rests. */
static bool undo_is_on(const struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    return step->saga->direction == BACKWARD ? !savepoint_spares(step) : step_undoes_alone(step);
}

int64_t due_stuck_ms(const struct step *step)
{
    int64_t since_ms = undo_since_ms(step);
    CHECK(since_ms >= 0);
    if (since_ms == 0 || step->stuck || !undo_is_on(step) || due_undo_is_barred(step) ||
        child_is_parked(step)) {
        return INT64_MAX;
    }
    if (step->spec->stuck_ms > 0) {
        return since_ms + step->spec->stuck_ms;
    }
    const struct attempt *newest = step->calls[1].newest;
    CHECK(!newest || newest->call == &step->calls[1]);
    int64_t from_ms = newest && newest->live.left_ms > since_ms ? newest->live.left_ms : since_ms;
    return from_ms + QUIET_STUCK_MS;
}

/* Has the open attempt of a do in a saga that goes back answered `later` without a time limit, so
 * that it might be waited for without end? */
static bool waits_for_finish(const struct step *step)
{
    PRE(step->calls[0].kind == TASK_DO);
    const struct attempt *newest = step->calls[0].newest;
    return step->saga->direction == BACKWARD && step->chosen && newest && newest->later &&
           newest->state == ATTEMPT_OPEN && due_close_ms(&step->calls[0]) == INT64_MAX;
}

int64_t due_finish_ms(const struct step *step)
{
    bool barred = due_undo_is_barred(step) && step->state != STEP_STATE_PARKED;
    if (step->live.undo_due_ms == 0 || (!barred && !waits_for_finish(step))) {
        return INT64_MAX;
    }
    int64_t patience_ms = step->spec->stuck_ms > 0 ? step->spec->stuck_ms : QUIET_STUCK_MS;
    POST(patience_ms > 0);
    return step->live.undo_due_ms + patience_ms;
}

/* The running time at which a time-out or retry of any call of the step is due. */
static int64_t calls_due_ms(const struct engine *engine, const struct step *step)
{
    const struct saga *saga = step->saga;
    int64_t due_ms = INT64_MAX;
    PRE(step->call_count <= CALL_COUNT);
    for (uint32_t k = 0; k < step->call_count; k++) {
        const struct call *call = &step->calls[k];
        const char *what;
        if (call->newest && call->newest->state == ATTEMPT_OPEN) {
            due_ms = earlier(due_ms, due_attempt_ms(engine, call->newest, &what));
        }
        bool of_undo = call->kind == TASK_UNDO || call->of_undo;
        bool spared = savepoint_spares(step) && !(of_undo && step->calls[1].late_effect);
        if (call->retry_ms > 0 && !saga->paused && !spared) {
            due_ms = earlier(due_ms, call->retry_ms);
        }
        if (call->retry_ms > 0 || (k == 0 && step->state == STEP_STATE_RETRYING)) {
            due_ms = earlier(due_ms, due_close_ms(call));
        }
    }
    POST(due_ms > 0);
    return due_ms;
}

/* The time of day unchanged, or INT64_MAX (never) if it lies further ahead than any clock will
 * show. */
static int64_t time_of_day(int64_t at_ms)
{
    PRE(at_ms > 0);
    return at_ms < DUE_NEVER_MS ? at_ms : INT64_MAX;
}

/* Adds the times at which something of the step is due to `dues`. */
static void add_step(const struct engine *engine, const struct step *step, struct dues *dues)
{
    const struct saga *saga = step->saga;
    PRE(saga->magic == SAGA_MAGIC);
    int64_t due_ms = earlier(due_stuck_ms(step), due_finish_ms(step));
    due_ms = earlier(due_ms, confirm_stuck_ms(step));
    due_ms = earlier(due_ms, calls_due_ms(engine, step));
    dues_add(dues, TIMELINE_HOST, time_of_day(deadline_due_ms(step)));
    if (child_is_watched(step)) {
        due_ms = saga->paused ? due_ms : earlier(due_ms, child_due_ms(step));
    } else if (saga->direction == FORWARD && !saga->paused) {
        due_ms = step->wake_ms > 0 ? earlier(due_ms, step->wake_ms) : due_ms;
        dues_add(dues, TIMELINE_HOST, step->until_ms > 0 ? time_of_day(step->until_ms) : INT64_MAX);
    }
    bool gate = undo_is_on(step) && !saga->paused && step->live.undo_due_ms > 0 &&
                (step->undo_state == UNDO_STATE_PENDING || step_awaits_undo(step));
    if (gate) {
        due_ms = earlier(due_ms, call_clear_ms(&step->calls[0], engine->options.dead_ms));
    }
    dues_add(dues, TIMELINE_RUNNING, due_ms);
}

bool saga_waits_for_start(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    /* A saga whose start ran out of memory has no start_at either, and waits for none. */
    return !saga->has_begun && saga->start_at_ms > 0 && saga->direction == FORWARD;
}

struct dues saga_next_due(const struct engine *engine, const struct saga *saga)
{
    struct dues dues = DUES_NEVER;
    if ((saga->live.must_proceed || saga->live.is_untold) && engine->serving_ms > 0) {
        dues_add(&dues, TIMELINE_RUNNING, engine->serving_ms);
        return dues;
    }
    if (saga_state_is_final(saga->state)) {
        return dues;
    }
    if (saga->live.has_more && !saga->paused) {
        dues_add(&dues, TIMELINE_RUNNING, saga->moment.running_ms);
        return dues;
    }
    if (saga->live.lingers_ms > 0) {
        dues_add(&dues, TIMELINE_RUNNING, saga->live.lingers_ms);
    }
    bool may_go_back = saga->direction == FORWARD || saga->save_point > 0;
    if (saga->deadline_ms > 0 && !saga->timed_out && may_go_back) {
        dues_add(&dues, TIMELINE_RUNNING, saga->deadline_ms);
    }
    if (saga_waits_for_start(saga) && !saga->paused && !locks_wait(saga)) {
        dues_add(&dues, TIMELINE_HOST, time_of_day(saga->start_at_ms));
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total; i = saga_awake(saga, i + 1)) {
        add_step(engine, saga_step(saga, i), &dues);
    }
    POST(dues.ms[TIMELINE_RUNNING] >= 0); /* 0 means now */
    return dues;
}
