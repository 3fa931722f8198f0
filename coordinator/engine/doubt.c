/* doubt.c - decides about a step in doubt, whose effect is unknown: ask its check, keep the step,
 * park it for a person, or undo it. */
#include "engine/doubt.h"

#include "engine/check.h"
#include "engine/park.h"
#include "engine/pivot.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempts.h"
#include "saga/saga.h"

/* Keeps a step that only reads: whether it happened or not, it has changed nothing. */
static enum doubt keep(struct turn *turn, const struct step *step)
{
    PRE(step->spec->step_class == CLASS_READONLY);
    struct record record = {.type = RECORD_STEP_KEPT,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("in_doubt_readonly")};
    turn_emit(turn, &record);
    return DOUBT_CHANGED;
}

enum doubt doubt_decide(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_IN_DOUBT);
    const struct saga *saga = turn->saga;
    struct call *done = step_call(step, TASK_DO);
    if (call_is_open(done)) {
        return DOUBT_WAITS;
    }
    if (check_is_left(done)) {
        return check_ask(turn, done) ? DOUBT_CHANGED : DOUBT_WAITS;
    }
    bool goes_back =
        saga->direction == BACKWARD || (saga->back_wanted && !step_is_open_pivot(step));
    if (done->expired && !goes_back) {
        park(turn, step, TASK_DO, "key_expired");
        return DOUBT_CHANGED;
    }
    bool past = step->spec->after_pivot || pivot_has_succeeded(saga);
    bool forward_only = saga->direction == FORWARD && past;
    if (step->spec->step_class == CLASS_READONLY && !forward_only) {
        return keep(turn, step);
    }
    bool pivot = step->spec->step_class == CLASS_PIVOT && saga->direction == FORWARD;
    if (!step->spec->has_undo || pivot || forward_only) {
        park(turn, step, TASK_DO, "in_doubt");
        return DOUBT_CHANGED;
    }
    return DOUBT_TO_UNDO;
}
