/* go_back.c - writes that a saga goes back from now on: which steps are undone, and why. */
#include "engine/go_back.h"

#include "base/mp.h"
#include "engine/batch.h"
#include "engine/call.h"
#include "engine/pivot.h"
#include "engine/savepoint.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/record_steps.h"
#include "saga/saga.h"

/* Did a person accept to keep this step by its own name, and not with the fan-out that it is an
 * item of? */
static bool is_accepted_itself(const struct step *step)
{
    IMPLIES(step->container, step->container->fan);
    return step->accepted && !(step->container && step->container->accepted);
}

void go_back(struct turn *turn, const struct record *reason)
{
    struct saga *saga = turn->saga;
    PRE(saga->back_to <= saga->definition->step_count);
    struct record record = *reason;
    record.type = RECORD_SAGA_COMPENSATING;
    struct buf *accept = &turn->engine->scratch;
    buf_clear(accept);
    uint32_t count = 0;
    for (uint32_t i = 0; i < saga->step_total; i++) {
        count += is_accepted_itself(saga_step(saga, i)) ? 1 : 0;
    }
    if (count > 0) {
        mp_put_array(accept, count);
        for (uint32_t i = 0; i < saga->step_total; i++) {
            if (is_accepted_itself(saga_step(saga, i))) {
                step_list_put(accept, saga_step(saga, i));
            }
        }
        record.accept = buf_span(accept);
    }
    bool to_save_point = !(reason->fields & 1) && saga->back_to > 0;
    struct buf steps;
    buf_open(&steps, 16 * 1024);
    if (to_save_point) {
        bool *chosen = arena_take(&turn->batch->arena, saga->step_total * sizeof(*chosen));
        turn->failed |= !chosen;
        record.fields |= 1;
        record.step = saga->back_to - 1;
        record.flags = FLAG_PARTIAL | FLAG_SAVE_POINT;
        record.flags |= saga->back_then_pause ? (uint32_t)FLAG_THEN_PAUSE : 0u;
        if (chosen) {
            savepoint_pack(saga, record.step, chosen, &steps);
        }
        record.steps = buf_span(&steps);
    }
    turn->failed |= buf_failed(&steps);
    turn_emit(turn, &record);
    buf_close(&steps);
    for (uint32_t i = 0; i < saga->step_total && !turn->failed; i++) {
        struct step *step = saga_step(saga, i);
        if (step->chosen) {
            call_off_all(turn, step_call(step, TASK_DO), "cancelled");
        }
    }
}

void go_back_because(struct turn *turn, const struct step *failed)
{
    const struct saga *saga = turn->saga;
    PRE(failed || saga->back_wanted);
    struct record reason = {0};
    if (failed) {
        reason.fields = 1;
        reason.step = failed->index;
        bool by_person = failed->outcome.size > 0;
        reason.code = failed->code.size > 0 ? failed->code : span_text("failed");
        reason.code = by_person ? failed->outcome : reason.code;
        reason.message = by_person ? failed->outcome_reason : failed->message;
        reason.actor = failed->decider;
    } else {
        reason.code = saga->back_code;
        reason.message = saga->back_message;
        reason.actor = saga->back_actor;
    }
    go_back(turn, &reason);
}

bool savepoint_widens(struct turn *turn)
{
    struct saga *saga = turn->saga;
    const struct step *failed = NULL;
    PRE(saga->save_point > 0);
    for (uint32_t i = 0; i < saga->step_total && !failed && !pivot_has_succeeded(saga); i++) {
        const struct step *step = saga_step(saga, i);
        bool stays = step->chosen ? savepoint_leaves_standing(step) && step->by_person
                                  : savepoint_has_failed(step);
        failed = stays ? step : NULL;
    }
    if (!failed && !saga->back_wanted) {
        return false;
    }
    go_back_because(turn, saga->back_wanted ? NULL : failed);
    return true;
}
