/* steps.c - questions about one step. */
#include "saga/steps.h"

#include "saga/calls.h"
#include "saga/saga.h"

bool step_awaits_undo(const struct step *step)
{
    const struct call *done = &step->calls[0];
    if (step->state != STEP_STATE_IN_DOUBT || !step->spec->has_undo) {
        return false;
    }
    bool asked = step->spec->action.check.size == 0 || done->used_up;
    return asked && !call_is_open(done);
}

struct past *step_past(const struct step *step, uint32_t run)
{
    struct past *past = step->pasts;
    while (past && past->run != run) {
        past = past->older;
    }
    return past;
}

bool step_has_stray(const struct step *step)
{
    return step->stray_state != UNDO_STATE_NONE;
}

bool step_stray_is_open(const struct step *step)
{
    return step_has_stray(step) && step->stray_state != UNDO_STATE_PARKED;
}

bool step_undo_is_begun(const struct step *step)
{
    const struct call *undo = &step->calls[1];
    return step_is_begun(step) && undo->run > 0 && !undo->stray &&
           span_equal(undo->do_key, step->calls[0].key);
}

bool step_is_begun(const struct step *step)
{
    return step->calls[0].run > step->calls[0].past_run;
}

bool step_satisfies(const struct step *step)
{
    return step->state == STEP_STATE_SUCCEEDED || step->state == STEP_STATE_SKIPPED ||
           (step->state == STEP_STATE_RESOLVED && !step->refused);
}

bool savepoint_spares(const struct step *step)
{
    return step->saga->save_point > 0 && !step->chosen;
}

bool claims_wait(const struct saga *saga)
{
    return saga->claim == CLAIM_STATE_QUEUED;
}
