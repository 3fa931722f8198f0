/* done.c - in a saga that goes back: is a step finished with, or is its undo still to come? */
#include "engine/done.h"

#include "language/definition.h"
#include "saga/child_state.h"
#include "saga/fan.h"
#include "saga/items.h"
#include "saga/step.h"
#include "saga/steps.h"

static bool has_parked_child(const struct fan *fan)
{
    PRE(fan->undo_end <= fan->count);
    uint32_t at = 0;
    for (const struct step *item; (item = fan_next_awake(fan, &at)) != NULL;) {
        if (child_is_parked(item)) {
            return true;
        }
    }
    return false;
}

bool step_wants_undo(const struct step *step)
{
    PRE(step->undo_state < UNDO_STATE_COUNT);
    return step->chosen && (step->undo_state == UNDO_STATE_PENDING || step_awaits_undo(step));
}

bool step_is_done(const struct step *step, bool strict)
{
    IMPLIES(step->fan, step->spec->for_each);
    if (step->fan && !fan_is_done(step, strict)) {
        return false;
    }
    if (step_late_undo_is_open(step) && (!step->stuck || strict)) {
        return false;
    }
    if (!step->chosen) {
        return true;
    }
    if ((step->stuck && !strict) || step->state == STEP_STATE_PARKED || child_is_parked(step)) {
        return true;
    }
    if (step->fan && step->state == STEP_STATE_RUNNING) {
        /* without a parked child the fan-out is not done before fan_bring_in() ends it after its
         * last item */
        return has_parked_child(step->fan);
    }
    if (step->undo_state == UNDO_STATE_PENDING || step->undo_state == UNDO_STATE_RUNNING ||
        step->undo_state == UNDO_STATE_RETRYING) {
        return false;
    }
    return step->state != STEP_STATE_RUNNING && step->state != STEP_STATE_RETRYING &&
           step->state != STEP_STATE_IN_DOUBT && step->state != STEP_STATE_WAITING &&
           step->state != STEP_STATE_SUCCEEDED;
}

bool fan_is_done(const struct step *container, bool strict)
{
    PRE(container->fan != NULL);
    const struct fan *fan = container->fan;
    uint32_t at = 0;
    for (const struct step *item; (item = fan_next_awake(fan, &at)) != NULL;) {
        if (!step_is_done(item, strict)) {
            return false;
        }
    }
    return !fan_next_undo(fan);
}
