/* savepoint.c - goes back to one step, the save-point, by undoing only what depends on that step,
 * and goes forward again from there (mixed recovery).
 *
 *     running --rollback to STEP--> compensating: what depends on STEP is undone
 *                                      |   a failure elsewhere, a time limit, or a person's
 *                                      |   rollback: the whole saga turns back
 *                                      v
 *                                   running: the undone steps begin anew, under their next keys
 *
 * STEP and all steps that do not depend on it keep what they did. Those of them that run go on, and
 * their ends are recorded; but no step begins until the saga goes forward again. Irrevocable steps
 * that a person accepts to keep stay as they are, with their output. */
#include "engine/savepoint.h"

#include "base/mp.h"
#include "engine/batch.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/fan.h"
#include "saga/saga.h"
#include "saga/steps.h"

void savepoint_choose(const struct saga *saga, uint32_t to, bool *chosen)
{
    const struct definition *definition = saga->definition;
    PRE(to < definition->step_count);
    for (uint32_t i = 0; i < definition->step_count; i++) {
        uint32_t index = definition->order[i];
        const struct step_spec *spec = &definition->steps[index];
        chosen[index] = false;
        for (uint32_t k = 0; k < spec->needs_count; k++) {
            chosen[index] |= spec->needs[k] == to || chosen[spec->needs[k]];
        }
    }
    /* Items of a fan-out go back exactly if the fan-out does. */
    for (uint32_t i = definition->step_count; i < saga->step_total; i++) {
        chosen[i] = chosen[saga_step(saga, i)->spec - definition->steps];
    }
}

bool savepoint_will_spare(struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    bool *chosen = saga->back_to > 0
                       ? arena_take(&turn->batch->arena, saga->step_total * sizeof(*chosen))
                       : NULL;
    turn->failed |= saga->back_to > 0 && !chosen;
    if (!chosen) {
        return false;
    }
    savepoint_choose(saga, saga->back_to - 1, chosen);
    return !chosen[step->index];
}

bool savepoint_has_failed(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    bool parked = step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE &&
                  !call_in_doubt(&step->calls[0]);
    bool given_up = step->state == STEP_STATE_FAILED || step->state == STEP_STATE_KEPT || parked ||
                    (step->state == STEP_STATE_RESOLVED && step->refused);
    return given_up && !step_is_forgiven(step);
}

bool savepoint_leaves_standing(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    if (step->state == STEP_STATE_RESOLVED) {
        return step->refused && span_is(step->outcome, "kept");
    }
    const struct call *done = &step->calls[0];
    bool undoable = step->spec->has_undo || step->spec->step_class == CLASS_READONLY;
    if (step->fan && step->state == STEP_STATE_RUNNING) {
        return !undoable && step->fan->counts[STEP_STATE_SUCCEEDED] > 0;
    }
    return step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE &&
           (call_has_succeeded(done) || (call_in_doubt(done) && !undoable));
}

enum saga_error savepoint_check(const struct saga *saga, uint32_t to, const bool *chosen,
                                const char **why)
{
    PRE(to < saga->definition->step_count);
    *why = NULL;
    if (saga->direction == BACKWARD || saga_state_is_final(saga->state)) {
        *why = saga_state_is_final(saga->state) ? "the saga has ended"
                                                : "the saga is on its way back already";
    } else if (!step_satisfies(saga_step(saga, to))) {
        *why = "the step has not succeeded: there is nothing to go forward from";
    }
    for (uint32_t i = 0; i < saga->step_total && !*why; i++) {
        const struct step *step = saga_step(saga, i);
        if (!chosen[i] && savepoint_has_failed(step)) {
            *why = "a step has failed that does not depend on that one";
        } else if (chosen[i] && savepoint_leaves_standing(step)) {
            *why = "an effect may stand that nothing undoes: resolve that step first";
        }
    }
    return *why ? SAGA_CONFLICT : SAGA_OK;
}

void savepoint_pack(const struct saga *saga, uint32_t to, bool *chosen, struct buf *out)
{
    uint32_t count = 0;
    savepoint_choose(saga, to, chosen);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        chosen[i] = chosen[i] && !(step->accepted && step->state == STEP_STATE_SUCCEEDED);
        count += chosen[i] && !step->container;
    }
    CHECK(count <= saga->definition->step_count);
    mp_put_array(out, count);
    /* Only whole steps are listed: items of a fan-out go back exactly if the fan-out does. */
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        if (chosen[i]) {
            mp_put_uint(out, i);
        }
    }
}

void savepoint_goes_on(const struct saga *saga, struct record *record)
{
    PRE(saga->save_point <= saga->definition->step_count);
    if (saga->save_point > 0) {
        record->fields |= 1;
        record->step = saga->save_point - 1;
        record->flags |= FLAG_SAVE_POINT;
    }
}

bool savepoint_waits(const struct saga *saga)
{
    PRE(saga->direction == BACKWARD);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        if (savepoint_spares(step) && call_is_open(&step->calls[0])) {
            return true;
        }
    }
    return false;
}

void savepoint_reached(struct turn *turn)
{
    PRE(turn->saga->save_point > 0);
    struct saga *saga = turn->saga;
    bool pauses = saga->then_pause;
    struct record record = {.type = RECORD_SAGA_RESUMED,
                            .fields = 1,
                            .step = saga->save_point - 1,
                            .code = span_text("save_point")};
    turn_emit(turn, &record);
    if (pauses) {
        struct record pause = {.type = RECORD_SAGA_PAUSED,
                               .code = span_text("save_point"),
                               .actor = saga->back_actor,
                               .reason = saga->back_message};
        turn_emit(turn, &pause);
    }
}
