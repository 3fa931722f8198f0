/* fold_backward.c - going backward: that somebody wants it, why, and which steps are undone. */
#include "saga/fold_backward.h"

#include "journal/record.h"
#include "saga/fold_fan.h"
#include "saga/items.h"
#include "saga/moves.h"
#include "saga/saga.h"
#include "saga/steps.h"

#include "saga/attempts.h"
#include "saga/reason.h"
#include "saga/no_live.h"

bool fold_want_back(struct saga *saga, struct span code, struct span message, struct span actor)
{
    PRE(code.size > 0);
    bool ok = true;
    saga->back_wanted_ms = saga->back_wanted ? saga->back_wanted_ms : saga->moment.running_ms;
    saga->back_wanted = true;
    saga->back_to = 0;
    saga->back_then_pause = false;
    saga->back_by_person = actor.size > 0;
    saga->back_code = arena_copy(&saga->arena, code, &ok);
    saga->back_message = arena_copy(&saga->arena, message, &ok);
    saga->back_actor = arena_copy(&saga->arena, actor, &ok);
    POST(!ok || saga->back_code.size == code.size);
    return ok;
}

/* While the saga could not go back, because it was past the pivot, a step that gave up was parked.
 * Now that the saga goes back, the step has failed, or is in doubt. It stays parked for a person if
 * it has no undo, and its effect stands or is in doubt. */
static bool unpark_do(struct step *step, int64_t at_ms)
{
    PRE(step->saga->direction == BACKWARD);
    bool stood = step->chosen && !step->accepted && step->state == STEP_STATE_PARKED &&
                 step->undo_state == UNDO_STATE_NONE;
    bool stands = call_has_succeeded(step_call(step, TASK_DO)) && !step->spec->has_undo;
    if (!stood || stands) {
        return true;
    }
    if (!call_in_doubt(step_call(step, TASK_DO))) {
        return fold_fail(step, at_ms);
    }
    bool can_settle = step->spec->has_undo || step->spec->step_class == CLASS_READONLY;
    return !can_settle || fold_move(step, STEP_STATE_IN_DOUBT, at_ms);
}

bool fold_compensating(struct saga *saga, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_SAGA_COMPENSATING);
    bool to_save_point = (record->flags & FLAG_SAVE_POINT) != 0;
    bool widens = saga->save_point > 0 && !to_save_point;
    bool again = saga->direction == BACKWARD && saga->state != SAGA_STATE_COMPLETED && !widens;
    if (!fold_move_saga(saga, SAGA_STATE_COMPENSATING)) {
        return false;
    }
    saga->direction = BACKWARD;
    saga->back_wanted = false;
    saga->ended_ms = 0;
    if (again) {
        return true;
    }
    saga->partial = (record->flags & FLAG_PARTIAL) != 0;
    saga->save_point = to_save_point ? record->step + 1 : 0;
    saga->then_pause = (record->flags & FLAG_THEN_PAUSE) != 0;
    saga->reason = saga_pack_reason(saga, record);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        saga_step(saga, i)->chosen = !saga->partial;
        saga_step(saga, i)->accepted = false;
    }
    if (!fold_mark(saga, record->steps, true) || !fold_mark(saga, record->accept, false)) {
        return false;
    }
    for (uint32_t i = 0; i < saga->step_total; i++) {
        struct step *step = saga_step(saga, i);
        if (!unpark_do(step, at_ms)) {
            return false;
        }
        bool stands =
            step->state == STEP_STATE_SUCCEEDED ||
            (step->state == STEP_STATE_FAILED && step->spec->undo_on_failed && step_is_begun(step));
        if (step->chosen && stands && step->spec->has_undo && !step->fan) {
            step_set_undo(step, UNDO_STATE_PENDING);
        }
    }
    return saga->reason.size > 0;
}
