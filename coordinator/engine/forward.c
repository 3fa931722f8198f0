/* forward.c - starts the steps of a saga, completes the saga, or sends it back.
 *
 * A step starts when all steps that it needs have succeeded or been skipped or resolved. A step
 * that has given up sends the saga back, unless a pivot runs or is in doubt: then nobody knows
 * whether the saga can still go back, and the pivot's outcome is found out first. After the pivot a
 * saga cannot go back by itself: a step that gives up there is parked for a person. */
#include "engine/forward.h"

#include "engine/budget.h"
#include "engine/call.h"
#include "engine/doubt.h"
#include "engine/failure.h"
#include "engine/fit.h"
#include "engine/go_back.h"
#include "engine/kinds/child.h"
#include "engine/kinds/fan.h"
#include "engine/kinds/kinds.h"
#include "engine/locks.h"
#include "engine/park.h"
#include "engine/pivot.h"
#include "engine/scope.h"
#include "engine/start.h"
#include "engine/skip.h"
#include "engine/turn.h"
#include "engine/wait_over.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/fan.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* Have all steps that this step needs succeeded, or been skipped or resolved, so that it can start?
 */
static bool can_start(const struct saga *saga, const struct step *step)
{
    for (uint32_t i = 0; i < step->spec->needs_count; i++) {
        if (!step_satisfies(saga_step(saga, step->spec->needs[i]))) {
            return false;
        }
    }
    return true;
}

/* Is the saga still to begin at its start_at? A saga that has begun goes on even when the host's
 * clock is set back before start_at. */
static bool waits_for_start(const struct turn *turn)
{
    const struct saga *saga = turn->saga;
    PRE(saga->magic == SAGA_MAGIC);
    return !saga->has_begun && saga->start_at_ms > turn->moment.host_ms;
}

/* Begins all steps that can start now. Returns true when anything changed. */
static bool start_ready(struct turn *turn)
{
    struct saga *saga = turn->saga;
    bool changed = false;
    if (waits_for_start(turn) || !locks_allow(turn)) {
        return false;
    }
    /* without items that begin in this loop: fan_go_on() begins those */
    uint32_t total = saga->step_total;
    for (uint32_t i = saga_awake(saga, 0); i < total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step->state == STEP_STATE_RUNNING && step->fan) {
            changed |= fan_go_on(turn, step);
        } else if (step->state != STEP_STATE_PENDING || step->container) {
            continue;
        } else if (!can_start(saga, step)) {
            step_rest_until_needed(step);
        } else if (turn_has_room(turn)) {
            step_start(turn, step);
            changed = true;
        }
    }
    return changed;
}

/* Sends the retry of the step's do if it is due, or ends the do if it may not be retried. Returns
 * true when anything changed. */
static bool retry_due(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_RETRYING);
    struct call *call = step_call(step, TASK_DO);
    if (skip_untaken(turn, step)) {
        return true;
    }
    if (call->retry_ms > turn->now_ms) {
        return false;
    }
    CHECK(call->step == step);
    if (turn->saga->back_wanted &&
        !(step->spec->step_class == CLASS_PIVOT && call_in_doubt(call))) {
        struct failure failure = {.code = span_text("cancelled"),
                                  .message = span_text("the saga turns back"),
                                  .refused = true,
                                  .retry_after_ms = -1};
        call_fail(turn, call, &failure);
        return true;
    }
    if (call_key_is_over(call, turn->now_ms)) {
        key_expire(turn, call);
        return true;
    }
    if (!turn_has_room(turn)) {
        return false;
    }
    if (budget_allows(turn, step)) {
        kind_of(step)->retry(turn, step);
    }
    return true;
}

/* Returns the first step that has given up so that the saga must go back; NULL = none has. On the
 * way it parks steps that have failed but may not send the saga back, and does what is due for
 * steps that wait, retry or are in doubt (*changed). */
static struct step *look_for_failure(struct turn *turn, bool *changed)
{
    struct saga *saga = turn->saga;
    struct step *failed = NULL;
    bool past = pivot_has_succeeded(saga);
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        bool must_go_on = past || step->spec->after_pivot;
        if (fan_forgive(turn, step, changed)) {
            continue;
        }
        bool gives_up =
            step->state == STEP_STATE_KEPT || (step->state == STEP_STATE_RESOLVED && step->refused);
        if (step->state == STEP_STATE_IN_DOUBT) {
            enum doubt doubt = doubt_decide(turn, step);
            *changed |= doubt == DOUBT_CHANGED;
            gives_up = doubt == DOUBT_TO_UNDO;
        } else if (step->state == STEP_STATE_FAILED && must_go_on && !saga->back_wanted) {
            park(turn, step, TASK_DO, "refused");
            *changed = true;
        } else if (step->state == STEP_STATE_FAILED) {
            gives_up = true;
        } else if (step->state == STEP_STATE_RETRYING) {
            *changed |= retry_due(turn, step);
        } else if (child_is_watched(step)) {
            child_watch(turn, step);
        } else if (step->state == STEP_STATE_WAITING && !saga->back_wanted) {
            *changed |= wait_is_over(turn, step);
        }
        bool no_way_back = must_go_on && !saga->back_wanted;
        if (gives_up && !failed && !no_way_back) {
            failed = step;
        }
    }
    return failed;
}

/* Called when the saga shall go back, but its pivot may have taken effect: calls off attempts of
 * the pivot, so that its outcome is known sooner. */
static void ask_pivot(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(pivot_is_open(saga));
    for (uint32_t i = 0; i < saga->step_total; i++) {
        struct step *step = saga_step(saga, i);
        if (step->spec->step_class != CLASS_PIVOT) {
            continue;
        }
        CHECK(!step->fan || !step->container);
        struct call *call = step_call(step, TASK_DO);
        for (struct attempt *a = call->attempts; a; a = a->older) {
            /* An attempt that was sent after the wish to go back is sent to learn what became of an
             * older one in doubt: it is not called off. */
            if (!call_in_doubt(call) || a->intended_ms < saga->back_wanted_ms) {
                call_off(turn, a, "cancelled", false);
            }
        }
        child_call_off(step);
        child_watch(turn, step);
    }
}

/* Ends the saga as completed, with its output. Returns true when anything changed. */
static bool complete(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(!saga->back_wanted);
    struct record record = {.type = RECORD_SAGA_COMPLETED};
    if (saga->definition->output) {
        struct scope scope;
        saga_scope(saga, &scope);
        scope.null_when_missing = true;
        if (!scope_fill(turn, &scope, saga->definition->output, &record.output)) {
            return false;
        }
    }
    char why[FIT_WHY_SIZE];
    bool fits = fit_output(saga->definition, record.output, why);
    if (!fits) {
        record.code = span_text("output_schema");
        record.message = span_text(why);
    }
    turn_emit(turn, &record);
    IMPLIES(!turn->failed, saga_state_is_final(saga->state));
    if (!fits) {
        turn_alert(turn, NULL, "output_schema");
    }
    return true;
}

/* Does no step run, and is nothing due, so that only a person can move the saga? *all_done: every
 * step is done, so that the saga can complete. */
static bool stands_still(const struct saga *saga, bool *all_done)
{
    PRE(saga->passed <= saga->definition->step_count);
    uint32_t count = saga->definition->step_count;
    bool still = !saga->live.has_more;
    *all_done = saga->passed == count;
    for (uint32_t i = 0; i < count && *all_done; i++) {
        const struct step *step = saga_step(saga, i);
        /* an item whose failure does not send the saga back is being undone */
        bool undoes = step->fan && step->fan->undo_open > 0;
        *all_done = step_satisfies(step) && !undoes;
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && (still || *all_done);
         i = saga_awake(saga, i + 1)) {
        const struct step *step = saga_step(saga, i);
        *all_done = *all_done && !step_has_late_effect(step);
        bool runs = step->state == STEP_STATE_RUNNING && !step->fan;
        bool moves = runs || step->state == STEP_STATE_RETRYING ||
                     step->state == STEP_STATE_IN_DOUBT || step->state == STEP_STATE_WAITING ||
                     step->state == STEP_STATE_COMPENSATING || step_late_undo_is_open(step);
        still = still && (!moves || child_is_parked(step));
    }
    return still;
}

bool forward(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->direction == FORWARD);
    bool changed = false;
    struct step *failed = look_for_failure(turn, &changed);
    if (turn->failed || (!failed && !saga->back_wanted && changed)) {
        return changed;
    }
    if (failed || saga->back_wanted) {
        if (pivot_is_open(saga)) {
            ask_pivot(turn);
            if (changed) {
                return true;
            }
        } else {
            go_back_because(turn, saga->back_wanted ? NULL : failed);
            return true;
        }
    } else if (start_ready(turn)) {
        return true;
    }
    bool all_done;
    bool still = stands_still(saga, &all_done);
    if (all_done) {
        CHECK(saga->passed == saga->definition->step_count);
        return complete(turn);
    }
    bool waits = waits_for_start(turn) || locks_wait(saga);
    if (still && !waits && saga->state != SAGA_STATE_PARKED) {
        struct record record = {.type = RECORD_SAGA_PARKED, .code = span_text("needs_a_person")};
        turn_emit(turn, &record);
        turn_alert(turn, NULL, "saga_parked");
    }
    return false;
}
