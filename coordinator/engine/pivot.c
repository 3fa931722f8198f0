/* pivot.c - the point of no return: is it passed, is it open, and what its success forgets. */
#include "engine/pivot.h"

#include "engine/turn.h"
#include "journal/record.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/steps.h"

static const struct step *pivot_of(const struct saga *saga)
{
    uint32_t pivot = saga->definition->pivot;
    return pivot > 0 ? saga_step(saga, pivot - 1) : NULL;
}

bool pivot_has_succeeded(const struct saga *saga)
{
    const struct step *pivot = pivot_of(saga);
    /* Skipped: the saga has gone past it, and what comes after it cannot be undone. */
    return pivot && step_satisfies(pivot);
}

bool step_is_open_pivot(const struct step *step)
{
    bool doubt = call_in_doubt(&step->calls[0]) &&
                 (step->state == STEP_STATE_RETRYING || step->state == STEP_STATE_IN_DOUBT ||
                  step->state == STEP_STATE_PARKED);
    /* What a person accepts is the doubt that is left when nobody can be asked any more. */
    bool is_accepted = step->accepted && step->state == STEP_STATE_PARKED;
    return step->spec->step_class == CLASS_PIVOT && !is_accepted &&
           (step->state == STEP_STATE_RUNNING || child_is_watched(step) || doubt);
}

bool pivot_is_open(const struct saga *saga)
{
    const struct step *pivot = pivot_of(saga);
    return pivot && step_is_open_pivot(pivot);
}

void pivot_keep_forward(struct turn *turn, const struct step *step)
{
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
