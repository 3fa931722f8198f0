/* timers.c - acts on what is due in a saga: time-outs, deadlines and time limits that have passed.
 *
 * Times that the journal has (intents, scheduled retries, the saga's time limit) count on over a
 * restart of the coordinator. start_to_close and heartbeat count from the sending, which no record
 * has, and begin anew after a restart, so that an outage of the coordinator sends no saga back. */
#include "engine/timers.h"

#include "engine/call.h"
#include "engine/confirm.h"
#include "engine/deadline.h"
#include "engine/due.h"
#include "engine/failure.h"
#include "engine/park.h"
#include "engine/pivot.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/awake.h"
#include "saga/saga.h"

static void expire_attempt(struct turn *turn, struct call *call)
{
    struct attempt *attempt = call->newest;
    PRE(attempt->state == ATTEMPT_OPEN);
    const char *what;
    int64_t due_ms = due_attempt_ms(turn->engine, attempt, &what);
    if (due_ms > turn->now_ms || !what) {
        return;
    }
    if (!attempt->live.left && !attempt->live.orphan) {
        /* The attempt may be on its way to a participant right now: it is called off, and what
         * comes back says whether it was sent. */
        attempt->live.out_of_time = true;
        call_off(turn, attempt, what, true);
        return;
    }
    bool restart = attempt->live.orphan;
    bool closed = due_close_ms(call) <= turn->now_ms;
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
    attempt->live.orphan = false;
    call_fail(turn, call, &failure);
    if (!restart) {
        call_off(turn, attempt, what, true);
    }
}

static void expire_call(struct turn *turn, struct call *call)
{
    PRE(call->step->saga == turn->saga);
    struct step *step = call->step;
    if (call->newest && call->newest->state == ATTEMPT_OPEN) {
        expire_attempt(turn, call);
        return;
    }
    bool retrying =
        call->retry_ms > 0 || (call->kind == TASK_DO && step->state == STEP_STATE_RETRYING);
    if (retrying && due_close_ms(call) <= turn->now_ms) {
        struct failure failure = {.code = span_text("schedule_to_close"),
                                  .message = span_text("no attempt succeeded in time"),
                                  .refused = true,
                                  .uncounted = true,
                                  .retry_after_ms = -1};
        call_fail(turn, call, &failure);
    }
}

/* If nobody has finished a do that was answered `later`, and the time for that is over: parks the
 * step or gives the do up. Alerts about an undo that is stuck. */
static void expire_stuck(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    if (due_finish_ms(step) <= turn->now_ms && due_undo_is_barred(step)) {
        park_unfinished(turn, step);
    } else if (due_finish_ms(step) <= turn->now_ms) {
        struct failure failure = {.attempt = step->calls[0].newest,
                                  .code = span_text("later_without_end"),
                                  .message = span_text("answered later, and nobody finished it"),
                                  .in_doubt = true,
                                  .unanswered = true,
                                  .refused = true,
                                  .retry_after_ms = -1};
        call_fail(turn, &step->calls[0], &failure);
    }
    if (due_stuck_ms(step) <= turn->now_ms) {
        park_stuck(turn, step);
    }
}

static void expire_saga(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->deadline_ms <= turn->now_ms);
    bool past = pivot_has_succeeded(saga);
    /* Is the saga to go back as a whole already, for another reason? */
    bool goes_back = saga->back_wanted && saga->back_to == 0;
    struct record record = {.type = RECORD_SAGA_TIMED_OUT,
                            .code = span_text("timeout"),
                            .message = span_text("the saga's time limit has passed"),
                            .flags = past || goes_back ? FLAG_STALE : 0u};
    turn_emit(turn, &record);
    if (past) {
        turn_alert(turn, NULL, "timed_out_past_the_pivot");
    }
}

void expire(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->magic == SAGA_MAGIC);
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        for (uint32_t k = 0; k < step->call_count && !turn->failed; k++) {
            expire_call(turn, &step->calls[k]);
        }
        expire_stuck(turn, step);
        deadline_expire(turn, step);
        confirm_expire(turn, step);
    }
    if (saga->live.lingers_ms <= turn->now_ms) {
        saga->live.lingers_ms = 0;
    }
    if (saga->deadline_ms > 0 && saga->deadline_ms <= turn->now_ms && !saga->timed_out &&
        (saga->direction == FORWARD || saga->save_point > 0) && !saga_state_is_final(saga->state)) {
        expire_saga(turn);
    }
}
