/* child_state.c - what a step that runs a child saga wants the child to do, by the step's state. */
#include "saga/child_state.h"

#include "saga/saga.h"

static bool wants(const struct step *step, enum child_wish *wish)
{
    const struct saga *saga = step->saga;
    if (saga_state_is_final(saga->state)) {
        return false;
    }
    if (step->spec->undo_is_reverse && step->undo_state == UNDO_STATE_RUNNING) {
        *wish = CHILD_REVERSE;
        return true;
    }
    IMPLIES(step->spec->undo_is_reverse, step->spec->has_undo);
    /* A child that is its parent's pivot is asked to turn back before the parent does, for only the
     * child knows whether it still can; after a crash too. */
    bool is_asked = saga->back_wanted && step->spec->step_class == CLASS_PIVOT;
    bool goes_back = saga->direction == BACKWARD ? step->chosen : is_asked;
    *wish = goes_back || step->live.watch.called_off ? CHILD_BACK : CHILD_START;
    return step_kind_facts(step->spec->kind)->has_child && step->state == STEP_STATE_WAITING;
}

bool child_state_wants(const struct step *step, enum child_wish *wish)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    bool is_open = wants(step, wish);
    *wish = is_open && step->saga->paused ? CHILD_PAUSE : *wish;
    return is_open;
}

bool child_is_watched(const struct step *step)
{
    enum child_wish wish = CHILD_START;
    return child_state_wants(step, &wish);
}

bool child_is_left_alone(const struct step *step)
{
    enum child_wish wish = CHILD_START;
    if (!child_state_wants(step, &wish)) {
        return true;
    }
    const struct child_watch *watch = &step->live.watch;
    bool is_heard = watch->has_asked && watch->wish == wish && watch->is_there;
    /* A child reports only once that it no longer waits for a person, and a crash may have lost
     * that: so it is asked again. */
    return is_heard && (wish == CHILD_START || wish == CHILD_PAUSE) && !child_is_parked(step);
}

bool child_is_parked(const struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    bool is_undo = step->state != STEP_STATE_WAITING;
    struct span code = is_undo ? step->undo_code : step->code;
    return span_is(code, "child_parked") && child_is_watched(step);
}

void child_call_off(struct step *step)
{
    PRE(step->spec->step_class == CLASS_PIVOT);
    step->live.watch.called_off = true;
}

int64_t child_state_limit_ms(const struct step *step)
{
    PRE(step->wake_ms >= 0);
    bool counts = step->state == STEP_STATE_WAITING && step->saga->direction == FORWARD;
    return counts && step->wake_ms > 0 ? step->wake_ms : INT64_MAX;
}

int64_t child_due_ms(const struct step *step)
{
    PRE(step->live.watch.again_ms >= 0);
    int64_t due_ms = step->live.watch.again_ms > 0 ? step->live.watch.again_ms : INT64_MAX;
    int64_t end_ms = step->live.watch.called_off ? INT64_MAX : child_state_limit_ms(step);
    POST(due_ms > 0);
    POST(end_ms > 0);
    return due_ms < end_ms ? due_ms : end_ms;
}
