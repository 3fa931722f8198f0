/* steps.c - questions about one step. */
#include "saga/steps.h"

#include "saga/attempts.h"
#include "saga/lock.h"
#include "saga/old_key.h"
#include "saga/saga.h"

bool step_awaits_undo(const struct step *step)
{
    const struct call *done = &step->calls[0];
    if (step->state != STEP_STATE_IN_DOUBT || !step->spec->has_undo) {
        return false;
    }
    CHECK(done->kind == TASK_DO);
    bool asked = step->spec->action.check.size == 0 || done->used_up;
    return asked && !call_is_open(done);
}

struct old_key *step_old_key(const struct step *step, uint32_t run)
{
    struct old_key *old_key = step->old_keys;
    while (old_key && old_key->run != run) {
        old_key = old_key->older;
    }
    POST(!old_key || old_key->run <= step->calls[0].old_run);
    return old_key;
}

struct old_key *step_oldest_late_effect(const struct step *step)
{
    struct old_key *oldest = NULL;
    for (struct old_key *old_key = step->old_keys; old_key; old_key = old_key->older) {
        oldest = old_key->wanted ? old_key : oldest;
    }
    POST(!oldest || oldest->run <= step->calls[0].old_run);
    return oldest;
}

bool step_has_late_effect(const struct step *step)
{
    PRE(step->late_undo_state < UNDO_STATE_COUNT);
    return step->late_undo_state != UNDO_STATE_NONE;
}

bool step_late_undo_is_open(const struct step *step)
{
    IMPLIES(step_has_late_effect(step), step->spec->has_undo);
    return step_has_late_effect(step) && step->late_undo_state != UNDO_STATE_PARKED;
}

bool step_doubt_stands(const struct step *step)
{
    PRE(step->state < STEP_STATE_COUNT);
    switch (step->state) {
    case STEP_STATE_IN_DOUBT:
        return true;
    case STEP_STATE_RUNNING:
    case STEP_STATE_RETRYING:
    case STEP_STATE_COMPENSATING:
    case STEP_STATE_PARKED:
        return call_in_doubt(&step->calls[0]);
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
    case STEP_STATE_WAITING:
    case STEP_STATE_SUCCEEDED:
    case STEP_STATE_FAILED:
    case STEP_STATE_SKIPPED:
    case STEP_STATE_COMPENSATED:
    case STEP_STATE_KEPT:
    case STEP_STATE_RESOLVED:
    case STEP_STATE_COUNT:
        break;
    }
    return false;
}

/* An error stands while there is no output: a do that ends as a success always has one, if only
 * null. */
bool step_error_stands(const struct step *step)
{
    PRE(step->code.size == 0 || step->code.data);
    return step->code.size > 0 && step->output.size == 0 && step->state != STEP_STATE_SKIPPED;
}

bool step_undo_error_stands(const struct step *step)
{
    PRE(step->undo_code.size == 0 || step->undo_code.data);
    bool is_asked = step->undo_state != UNDO_STATE_NONE && step->undo_state != UNDO_STATE_SUCCEEDED;
    return step->undo_code.size > 0 && (is_asked || step_has_late_effect(step));
}

bool step_undo_may_be_late(const struct step *step)
{
    PRE(step->undo_before_ms >= 0);
    if (step->undo_before_ms == 0 || saga_state_is_final(step->saga->state)) {
        return false;
    }
    return step->state == STEP_STATE_SUCCEEDED ||
           (step->state == STEP_STATE_COMPENSATING && step->undo_state != UNDO_STATE_SUCCEEDED);
}

bool step_undo_is_begun(const struct step *step)
{
    const struct call *undo = &step->calls[1];
    PRE(undo->kind == TASK_UNDO);
    return step_is_begun(step) && undo->run > 0 && !undo->late_effect &&
           span_equal(undo->do_key, step->calls[0].key);
}

bool step_is_begun(const struct step *step)
{
    PRE(step->calls[0].run >= step->calls[0].old_run);
    return step->calls[0].run > step->calls[0].old_run;
}

bool step_satisfies(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    return step->state == STEP_STATE_SUCCEEDED || step->state == STEP_STATE_SKIPPED ||
           (step->state == STEP_STATE_RESOLVED && !step->refused);
}

bool savepoint_spares(const struct step *step)
{
    PRE(step->saga->save_point <= step->saga->definition->step_count);
    return step->saga->save_point > 0 && !step->chosen;
}

bool locks_wait(const struct saga *saga)
{
    IMPLIES(saga->lock == LOCK_STATE_QUEUED, saga->lock_text.size > 0);
    return saga->lock == LOCK_STATE_QUEUED;
}
