/* backward.c - undoing, in the inverse order of the DAG.
 *
 * A compensation starts when those of all steps that needed its step are done, and independent
 * branches undo in parallel. Done: never started, compensated, kept, skipped, resolved, failed
 * without effect, parked, or failing for so long (stuck) that the others need not wait. With
 * compensation_order: strict it is the reverse of the order of starting, one at a time.
 *
 * An undo does not overtake its do: it leaves when no attempt of the do can act any more. */
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

/* A do that waits for its retry is given up: it fails, or is in doubt. */
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

/* A step that has succeeded and for which no undo is due: nothing has to be undone, a person
 * accepts what it did, or its success came while the saga goes back and a person must see to it. */
static void keep_or_park(struct turn *turn, struct step *step)
{
    PRE(step->chosen);
    PRE(step->state == STEP_STATE_SUCCEEDED && step->undo_state == UNDO_STATE_NONE);
    /* Who registers a step without a compensation says that it is kept. */
    if (step->spec->step_class == CLASS_READONLY || step->accepted || step->open) {
        keep_step(turn, step);
    } else {
        park(turn, step, TASK_DO, "irrevocable");
    }
}

/* A do that runs is waited for. With `later` an attempt may run without an end, so how long it is
 * waited for counts from the time when the undo could have left. */
static void wait_for_do(const struct turn *turn, struct step *step)
{
    const struct call *call = step_call(step, TASK_DO);
    CHECK(call->newest != NULL);
    if (call->newest->later && step->live.undo_due_ms == 0) {
        step->live.undo_due_ms = turn->now_ms;
    }
}

/* Brings a step that is to be undone to a state that says what is left of it, as far as that
 * depends on the coordinator; true = something changed. */
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

/* Undoes in the inverse order: the undo of a step may leave when every step after it is done.
 * The definition's `order` is topological, so one pass from its end knows all steps after each
 * one, direct and indirect; true = something changed. */
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
            /* The undo was due, and then a late effect of a step after this one came first. Not
             * due any more, or the timer of the undo would fire for nothing, again and again. */
            step->live.undo_due_ms = 0;
        }
        step->live.all_clear = clear && step_is_done(step, false);
    }
    return changed;
}

/* Undoes the latest started step that is not done, and no other; true = something changed. */
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
            step->live.undo_due_ms = 0; /* see undo_parallel() */
        }
    }
    if (!latest || !step_wants_undo(latest)) {
        return false;
    }
    step_wake(latest);
    return undo_begin(turn, latest);
}

/* Has the step an effect that nobody has undone? A person may have settled the step as
 * succeeded, or kept what it did. */
static bool has_effect(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    bool stands =
        step->state == STEP_STATE_SUCCEEDED || step->state == STEP_STATE_KEPT ||
        (step->state == STEP_STATE_RESOLVED && (!step->refused || span_is(step->outcome, "kept")));
    return stands && !step->fan && step->spec->step_class != CLASS_READONLY;
}

/* Has a step that was not chosen an effect which stands? */
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

/* Did the saga, which had completed, go back for a late effect alone? Then it is completed
 * again. */
static bool is_for_late_effect(const struct saga *saga)
{
    PRE(saga->direction == BACKWARD);
    return span_is(saga_reason_text(saga, "code"), "late_result");
}

/* Is every step done, but for what a person must see to (*parked)? */
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
            return false; /* a step whose undo waits for that of another rests, and is not awake */
        }
    }
    return true;
}

/* Nothing can move any more without a person. */
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

/* The end of a saga that goes back, when all is settled, or nothing can move without a person;
 * true: the saga goes forward again. */
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
