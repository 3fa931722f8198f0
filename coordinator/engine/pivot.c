/* pivot.c - the pivot of a saga, which is the step after whose success the saga cannot go back any
 * more. */
#include "engine/pivot.h"

#include "engine/turn.h"
#include "journal/record.h"
#include "journal/verb.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/child_state.h"
#include "saga/saga.h"
#include "saga/steps.h"

static const struct step *pivot_of(const struct saga *saga)
{
    uint32_t pivot = saga->definition->pivot;
    PRE(pivot <= saga->definition->step_count);
    return pivot > 0 ? saga_step(saga, pivot - 1) : NULL;
}

bool pivot_has_succeeded(const struct saga *saga)
{
    const struct step *pivot = pivot_of(saga);
    /* A skipped pivot counts as succeeded: the saga has gone on past it, and steps after it cannot
     * be undone. */
    CHECK(!pivot || pivot->spec->step_class == CLASS_PIVOT);
    return pivot && step_satisfies(pivot);
}

bool step_may_be_revised(const struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    const struct saga *saga = step->saga;
    /* An item whose failure the fan-out ignored cannot be revised: the fan-out's output may already
     * have null for it. */
    if (step_is_forgiven(step)) {
        return false;
    }
    return step->state == STEP_STATE_RESOLVED && step->refused && saga->direction == FORWARD &&
           !saga->back_wanted && !saga_state_is_final(saga->state) && pivot_has_succeeded(saga);
}

bool step_is_open_pivot(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    bool doubt = call_in_doubt(&step->calls[0]) &&
                 (step->state == STEP_STATE_RETRYING || step->state == STEP_STATE_IN_DOUBT ||
                  step->state == STEP_STATE_PARKED);
    /* A person who accepts a parked pivot in doubt accepts that its outcome stays unknown, so the
     * saga need not wait for it. */
    bool is_accepted = step->accepted && step->state == STEP_STATE_PARKED;
    return step->spec->step_class == CLASS_PIVOT && !is_accepted &&
           (step->state == STEP_STATE_RUNNING || child_is_watched(step) || doubt);
}

bool pivot_is_open(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    const struct step *pivot = pivot_of(saga);
    return pivot && step_is_open_pivot(pivot);
}

void pivot_keep_forward(struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    struct saga *saga = turn->saga;
    if (step->spec->step_class != CLASS_PIVOT || !saga->back_wanted ||
        saga->direction == BACKWARD) {
        return;
    }
    if (saga->back_by_person) {
        struct record record = {.type = RECORD_OPERATOR,
                                .verb = VERB_ROLLBACK,
                                .actor = saga->back_actor,
                                .reason = saga->back_message,
                                .code = span_text("conflict"),
                                .message = span_text("the pivot succeeded first")};
        turn_emit(turn, &record);
    } else {
        struct record record = {.type = RECORD_OPERATOR,
                                .code = span_text("conflict"),
                                .message = span_text("the pivot succeeded first")};
        turn_emit(turn, &record);
    }
    turn_alert(turn, NULL, "pivot_succeeded_before_turning_back");
}
