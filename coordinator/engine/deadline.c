/* deadline.c - the deadline of an undo: the time of day, given as `before` of a compensation, until
 * which the step can still be undone.
 *
 *     success ----------- alert ------------- go back -------------- deadline
 *                           |<---- lead ---------->|<----- lead ------->|
 *
 * The deadline is computed from the step's output (or from the input) when the step succeeds, and
 * written to the journal. It is a time of day, by the host's clock. The lead is twice the undo's
 * start_to_close, and at least a minute: room for one attempt that times out, and for another.
 * After an outage of the coordinator the alert may come late. When a deadline has passed already,
 * the saga is not sent back for it, for nothing could be undone in time. Past the pivot the saga
 * cannot go back by itself: a person is alerted, and decides. */
#include "engine/deadline.h"

#include "base/mp.h"
#include "calendar/time_value.h"
#include "engine/pivot.h"
#include "engine/scope.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/saga.h"
#include "saga/steps.h"

enum { LEAD_LEAST_MS = 60 * 1000 };

static int64_t lead_ms(const struct step *step)
{
    PRE(step->spec->has_undo);
    int64_t twice_ms = 2 * step->spec->undo.timeouts.start_to_close_ms;
    return twice_ms > LEAD_LEAST_MS ? twice_ms : LEAD_LEAST_MS;
}

static void emit_deadline(struct turn *turn, const struct step *step, const char *code,
                          int64_t due_ms)
{
    PRE(step->saga == turn->saga);
    struct record record = {.type = RECORD_UNDO_DEADLINE,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_UNDO,
                            .code = span_text(code),
                            .due_ms = due_ms};
    turn_emit(turn, &record);
}

/* May the deadline of this step still send the saga back? Not if it has done so, or another reason
 * does. */
static bool may_send_back(const struct step *step)
{
    PRE(step->undo_before_ms > 0);
    const struct saga *saga = step->saga;
    bool stays = saga->direction == FORWARD || savepoint_spares(step);
    bool goes_back = saga->back_wanted && saga->back_to == 0;
    return !step->undo_before_due && stays && !goes_back && step->state == STEP_STATE_SUCCEEDED;
}

int64_t deadline_due_ms(const struct step *step)
{
    int64_t due_ms = INT64_MAX;
    PRE(step->undo_before_told_ms >= 0);
    if (!step_undo_may_be_late(step)) {
        return due_ms;
    }
    if (may_send_back(step)) {
        due_ms = step->undo_before_ms - lead_ms(step);
    }
    if (step->undo_before_told_ms == 0) {
        due_ms = step->undo_before_ms - 2 * lead_ms(step);
    }
    POST(due_ms < INT64_MAX || !may_send_back(step));
    return due_ms > 0 ? due_ms : 1;
}

void deadline_expire(struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    if (turn->failed || !step_undo_may_be_late(step)) {
        return;
    }
    if (step->undo_before_told_ms == 0 &&
        step->undo_before_ms - 2 * lead_ms(step) <= turn->moment.host_ms) {
        emit_deadline(turn, step, "undo_deadline_near", 0);
        turn_alert(turn, step, "undo_deadline_near");
    }
    if (!may_send_back(step) || step->undo_before_ms - lead_ms(step) > turn->moment.host_ms) {
        return;
    }
    bool missed = step->undo_before_ms <= turn->moment.host_ms;
    bool past = pivot_has_succeeded(saga) || missed;
    struct record record = {.type = RECORD_UNDO_DUE,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("undo_deadline"),
                            .message = span_text(missed ? "the undo's deadline has passed"
                                                        : "the undo's deadline is near"),
                            .flags = past ? FLAG_STALE : 0u};
    turn_emit(turn, &record);
    if (past) {
        turn_alert(turn, step, missed ? "undo_deadline_missed" : "undo_deadline_past_the_pivot");
    }
}

void deadline_set(struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct template *before = step->spec->has_undo ? step->spec->undo_before : NULL;
    bool goes_back = turn->saga->direction == BACKWARD && !savepoint_spares(step);
    if (!before || turn->failed || goes_back) {
        return;
    }
    struct scope scope;
    struct span given;
    step_scope(step, true, &scope);
    if (!scope_fill(turn, &scope, before, &given)) {
        return;
    }
    int64_t due_ms = 0;
    if (time_value_read(given, &due_ms)) {
        emit_deadline(turn, step, "undo_deadline", due_ms);
        deadline_expire(turn,
                        /* the deadline may be near already: then the saga goes back before another
                         * step starts */
                        step);
    } else if (mp_type(given) != MP_NIL) {
        turn_alert(turn, step, "undo_deadline_unreadable");
    }
}
