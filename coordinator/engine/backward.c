/* backward.c - undoes the steps of a saga, in the inverse order of the graph of their needs.
 *
 * The compensation of a step starts when all steps that needed this step are done; independent
 * branches are undone in parallel. A step is done when it was never started, is compensated, kept,
 * skipped or resolved, has failed without effect, is parked, or its undo has failed for so long (is
 * stuck) that the others need not wait. With compensation_order: strict the steps are undone one at
 * a time, in the reverse order of their starts.
 *
 * An undo is sent only when no attempt of its do can act any more: else the do might take effect
 * after it. */
#include "engine/backward.h"

#include "engine/done.h"
#include "engine/doubt.h"
#include "engine/failure.h"
#include "engine/go_back.h"
#include "engine/kinds/child.h"
#include "engine/kinds/fan.h"
#include "engine/kinds/client_step.h"
#include "engine/locks.h"
#include "engine/park.h"
#include "engine/savepoint.h"
#include "engine/turn.h"
#include "engine/undo.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/child_state.h"
#include "saga/reason.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* Gives up a do that waits for its retry: the do has failed, or stays in doubt. */
static void give_up_do(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_RETRYING);
    struct failure failure = {.code = step->code.size > 0 ? step->code : span_text("cancelled"),
                              .message = step->message,
                              .refused = true,
                              .uncounted = true,
                              .retry_after_ms = -1};
    call_fail(turn, step_call(step, TASK_DO), &failure);
}

/* Decides about a step that has succeeded and has no undo: kept, if it only reads, a person
 * accepted its effect, or it belongs to an open saga; else parked for a person. */
static void keep_or_park(struct turn *turn, struct step *step)
{
    PRE(step->chosen);
    PRE(step->state == STEP_STATE_SUCCEEDED && step->undo_state == UNDO_STATE_NONE);
    /* The client of an open saga that registers a step without a compensation says thereby that its
     * effect is kept. */
    if (step->spec->step_class == CLASS_READONLY || step->accepted || step->open) {
        keep_step(turn, step);
    } else {
        park(turn, step, TASK_DO, "irrevocable");
    }
}

/* Called while a do that runs is waited for. After the answer `later` it may run without an end, so
 * the time for which it is waited for counts from now on. */
static void wait_for_do(const struct turn *turn, struct step *step)
{
    const struct call *call = step_call(step, TASK_DO);
    CHECK(call->newest != NULL);
    if (call->newest->later && step->live.undo_due_ms == 0) {
        step->live.undo_due_ms = turn->now_ms;
    }
}

/* Moves a step that is to be undone towards a state in which it is known whether it had an effect:
 * calls waits off, gives retries up, asks checks. Returns true when anything changed. */
static bool bring_in(struct turn *turn, struct step *step)
{
    PRE(step->chosen);
    if (step->fan) {
        return fan_bring_in(turn, step);
    }
    if (child_is_watched(step)) {
        child_watch(turn, step);
        return false;
    }
    bool no_undo = step->undo_state == UNDO_STATE_NONE;
    switch (step->state) {
    case STEP_STATE_RETRYING:
        if (call_is_open(step_call(step, TASK_DO))) {
            return false;
        }
        give_up_do(turn, step);
        return true;
    case STEP_STATE_RUNNING:
        if (step->open) {
            client_step_doubt(turn, step);
            return true;
        }
        wait_for_do(turn, step);
        return false;
    case STEP_STATE_WAITING:
        wait_call_off(turn, step);
        return true;
    case STEP_STATE_IN_DOUBT:
        return doubt_decide(turn, step) == DOUBT_CHANGED;
    case STEP_STATE_SUCCEEDED:
        if (no_undo) {
            keep_or_park(turn, step);
        }
        return no_undo;
    case STEP_STATE_PARKED:
        if (no_undo && step->accepted) {
            keep_step(turn, step);
        }
        return no_undo && step->accepted;
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
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

/* Sends the undo of each step all of whose later steps are done. The definition's `order` is
 * topological, so one pass from its end knows that for direct and indirect later steps. Returns
 * true when anything changed. */
static bool undo_parallel(struct turn *turn)
{
    struct saga *saga = turn->saga;
    uint32_t count = saga->definition->step_count;
    PRE(!saga->definition->strict);
    bool changed = false;
    for (uint32_t i = count; i > 0 && !turn->failed; i--) {
        struct step *step = saga_step(saga, saga->definition->order[i - 1]);
        bool clear = true;
        for (uint32_t k = 0; k < step->spec->needed_by_count && clear; k++) {
            const struct step *after = saga_step(saga, step->spec->needed_by[k]);
            clear = after->live.all_clear;
        }
        if (step->fan) {
            changed |= fan_undo(turn, step, clear);
        } else if (clear && step_wants_undo(step)) {
            step_wake(step);
            changed |= undo_begin(turn, step);
        } else if (step_wants_undo(step)) {
            /* The undo was due, but a late effect of a later step has come, which is undone first.
             * So the undo is not due any more; its timer would fire again and again for nothing. */
            step->live.undo_due_ms = 0;
        }
        step->live.all_clear = clear && step_is_done(step, false);
    }
    return changed;
}

/* Sends the undo of the step that started last among those that are not done, and no other. Returns
 * true when anything changed. */
static bool undo_strict(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->definition->strict);
    struct step *latest = NULL;
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        struct step *own = saga_step(saga, i);
        struct step *item = own->fan ? fan_latest(own) : NULL;
        struct step *step = item ? item : own;
        bool later = !latest || step->started_seq > latest->started_seq;
        if (step->started_seq > 0 && later && (item || !step_is_done(step, true))) {
            latest = step;
        }
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total; i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step != latest && step_wants_undo(step)) {
            /* not due while other undos come first: its timer would fire for nothing */
            step->live.undo_due_ms = 0;
        }
    }
    if (!latest || !step_wants_undo(latest)) {
        return false;
    }
    step_wake(latest);
    return undo_begin(turn, latest);
}

/* Does an effect of the step stand? It does also when a person has settled the step as succeeded,
 * or accepted what it did. */
static bool has_effect(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    bool stands =
        step->state == STEP_STATE_SUCCEEDED || step->state == STEP_STATE_KEPT ||
        (step->state == STEP_STATE_RESOLVED && (!step->refused || span_is(step->outcome, "kept")));
    return stands && !step->fan && step->spec->step_class != CLASS_READONLY;
}

/* Does the effect of a step stand that was not among those to undo? */
static bool still_stands(const struct saga *saga)
{
    PRE(saga->partial);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        if (!step->chosen && has_effect(step)) {
            return true;
        }
    }
    return false;
}

static bool has_chosen(const struct saga *saga)
{
    PRE(saga->step_total >= saga->definition->step_count);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        if (saga_step(saga, i)->chosen) {
            return true;
        }
    }
    return false;
}

/* Does the saga, which had completed, go back only to undo a late effect? Then it is completed
 * again afterwards. */
static bool is_for_late_effect(const struct saga *saga)
{
    PRE(saga->direction == BACKWARD);
    return span_is(saga_reason_text(saga, "code"), "late_result");
}

/* Is every step done or parked, so that nothing is left to do without a person? *parked: at least
 * one step is parked. */
static bool all_done(const struct saga *saga, bool *parked)
{
    *parked = false;
    PRE(saga->direction == BACKWARD);
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total; i = saga_awake(saga, i + 1)) {
        const struct step *step = saga_step(saga, i);
        if (!step_is_done(step, true)) {
            return false;
        }
        *parked |= (step->chosen && step->state == STEP_STATE_PARKED) || child_is_parked(step) ||
                   step->late_undo_state == UNDO_STATE_PARKED;
    }
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        if (!step_is_done(saga_step(saga, i), true)) {
            /* checked apart: a step whose undo waits for that of another is asleep and not in the
             * loop above */
            return false;
        }
    }
    return true;
}

/* Parks the saga for a person, because nothing in it can move any more without one. */
static void park_saga(struct turn *turn)
{
    const struct saga *saga = turn->saga;
    struct record record = {.type = RECORD_SAGA_PARKED, .code = span_text("needs_a_person")};
    if (saga->state != SAGA_STATE_PARKED && !savepoint_waits(saga)) {
        turn_alert(turn, NULL, "saga_parked");
        turn_emit(turn, &record);
    }
    IMPLIES(!turn->failed && saga->save_point == 0, saga->state == SAGA_STATE_PARKED);
}

/* Ends or parks a saga that goes back, when all its steps are done or parked; at a save-point turns
 * it forward. Returns true if the saga goes forward again. */
static bool finish(struct turn *turn)
{
    const struct saga *saga = turn->saga;
    bool parked;
    if (!all_done(saga, &parked)) {
        return false;
    }
    if (parked) {
        park_saga(turn);
        return false;
    }
    if (saga->save_point > 0) {
        savepoint_reached(turn);
        return true;
    }
    bool completes =
        saga->partial && (!has_chosen(saga) || still_stands(saga) || is_for_late_effect(saga));
    bool waits_on = completes && locks_wait(saga);
    struct record record = {.type = completes ? RECORD_SAGA_COMPLETED : RECORD_SAGA_COMPENSATED};
    turn_emit(turn, &record);
    if (waits_on && !turn->failed) {
        locks_wait_on(turn);
    }
    IMPLIES(!turn->failed, saga_state_is_final(saga->state));
    return false;
}

bool backward(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->direction == BACKWARD);
    bool changed = false;
    if (saga->save_point > 0 && savepoint_widens(turn)) {
        return true;
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step->chosen) {
            changed |= bring_in(turn, step);
            changed |= undo_retry(turn, step);
        }
    }
    if (!turn->failed && !changed) {
        changed = saga->definition->strict ? undo_strict(turn) : undo_parallel(turn);
    }
    if (changed && saga->state == SAGA_STATE_PARKED) {
        struct record record = {.type = RECORD_SAGA_COMPENSATING,
                                .code = span_text("result"),
                                .message = span_text("what it waited for has come")};
        savepoint_goes_on(saga, &record);
        turn_emit(turn, &record);
    }
    return turn->failed || changed || finish(turn);
}
