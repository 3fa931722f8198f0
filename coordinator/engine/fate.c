/* fate.c - what would become of each step if its saga went back now. */
#include "engine/fate.h"

#include "engine/pivot.h"
#include "saga/attempts.h"
#include "saga/child_state.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* The fate of a step whose do has left no effect, as far as anybody knows: undone only if the
 * definition wants the undo after a failure too. */
static enum fate fate_of_failed(const struct step *step)
{
    PRE(!call_has_succeeded(&step->calls[0]));
    bool undo = step->spec->has_undo && step->spec->undo_on_failed && step_is_begun(step);
    return undo ? FATE_UNDONE : FATE_NOTHING;
}

static enum fate fate_of_parked(const struct step *step)
{
    PRE(step->state == STEP_STATE_PARKED);
    if (step->undo_state != UNDO_STATE_NONE) {
        return FATE_UNDONE;
    }
    if (call_has_succeeded(&step->calls[0])) {
        return FATE_IRREVOCABLE;
    }
    if (!call_in_doubt(&step->calls[0])) {
        return fate_of_failed(step);
    }
    if (step->spec->has_undo) {
        return FATE_UNDONE_IN_DOUBT;
    }
    return step->spec->step_class == CLASS_READONLY ? FATE_KEPT : FATE_IRREVOCABLE;
}

enum fate fate_of(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    bool has_undo = step->spec->has_undo;
    /* A pivot with an undo that runs or is in doubt counts as kept, for its outcome is waited for:
     * without an effect nothing is to be undone, and with one the saga goes forward. A pivot
     * without an undo must be accepted by a person, or settled. */
    if (has_undo && step->saga->direction == FORWARD && step_is_open_pivot(step)) {
        return FATE_KEPT;
    }
    if (child_is_watched(step) && step->state == STEP_STATE_WAITING) {
        return has_undo ? FATE_UNDONE_IN_DOUBT : FATE_NOTHING;
    }
    if (step->fan) {
        return FATE_NOTHING; /* each item of the fan-out has a fate of its own */
    }
    switch (step->state) {
    case STEP_STATE_SUCCEEDED:
        if (has_undo) {
            return FATE_UNDONE;
        }
        return step->spec->step_class == CLASS_READONLY ? FATE_KEPT : FATE_IRREVOCABLE;
    case STEP_STATE_RETRYING:
        if (!call_in_doubt(&step->calls[0])) {
            return fate_of_failed(step);
        }
        return has_undo ? FATE_UNDONE_IN_DOUBT : FATE_NOTHING;
    case STEP_STATE_RUNNING:
    case STEP_STATE_IN_DOUBT:
        return has_undo ? FATE_UNDONE_IN_DOUBT : FATE_NOTHING;
    case STEP_STATE_PARKED:
        return fate_of_parked(step);
    case STEP_STATE_FAILED:
        return fate_of_failed(step);
    case STEP_STATE_COMPENSATING:
        return step->undo_state == UNDO_STATE_SUCCEEDED ? FATE_NOTHING : FATE_UNDONE;
    case STEP_STATE_KEPT:
    case STEP_STATE_RESOLVED:
        return FATE_KEPT;
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
    case STEP_STATE_WAITING:
    case STEP_STATE_SKIPPED:
    case STEP_STATE_COMPENSATED:
    case STEP_STATE_COUNT:
        break;
    }
    return FATE_NOTHING;
}
