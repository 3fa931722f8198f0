/* fold_old_keys.c - idempotency keys that are history, because their step was undone and runs
 * again.
 *
 * After a rollback to a save-point each undone step begins anew, under the next key. What was
 * done under the old key has been undone, and the attempts of that key decide nothing any more.
 * But one of them may say later that it had an effect after all. That late effect is undone too,
 * by an undo of the old key, for which the step's undo call is used while the step itself goes
 * on. */
#include "saga/fold_old_keys.h"

#include "base/mp.h"
#include "journal/record.h"
#include "saga/items.h"
#include "saga/moves.h"
#include "saga/saga.h"
#include "saga/steps.h"
#include "saga/live.h"

#include "saga/attempt.h"
#include "saga/old_key.h"
#include "saga/no_live.h"

bool fold_old_keys_add(struct step *step)
{
    struct call *call = step_call(step, TASK_DO);
    PRE(call->run > call->old_run);
    struct old_key *old_key = ARENA_NEW(&step->saga->arena, struct old_key);
    if (!old_key) {
        return false;
    }
    *old_key = (struct old_key){.run = call->run,
                                .key = call->key,
                                .input = call->input,
                                .by_person = step->by_person,
                                .older = step->old_keys};
    step->old_keys = old_key;
    call->old_run = call->run;
    POST(step_old_key(step, call->run) == old_key);
    return true;
}

/* Forgets what decides of the call's runs so far; only the number of its key counts on. */
static void clear_call(struct call *call)
{
    PRE(call->attempts || !call->newest);
    struct span none = {NULL, 0};
    call->number_last = 0;
    call->counted = 0;
    call->losses = 0;
    call->used_up = false;
    call->spent = false;
    call->refused = false;
    call->in_doubt = false;
    call->expired = false;
    call->rerun = false;
    call->rerun_input = none;
    call->first_ms = 0;
    call->retry_ms = 0;
    call->input = none;
    call->output = none;
    live_forget_call(call);
    call->newest = NULL;
    call->forgot_unanswered = false;
    call->forgot_doubt = false;
    for (struct attempt *a = call->attempts; a; a = a->older) {
        a->state = a->state == ATTEMPT_OPEN ? ATTEMPT_DOUBT : a->state;
    }
}

bool fold_begin_anew(struct step *step, int64_t at_ms)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    struct span none = {NULL, 0};
    if (step_is_begun(step) && !fold_old_keys_add(step)) {
        return false;
    }
    clear_call(step_call(step, TASK_DO));
    if (!step_has_late_effect(step) || !step_call(step, TASK_CHECK)->of_undo) {
        clear_call(step_call(step, TASK_CHECK));
    }
    if (!step_has_late_effect(step)) {
        clear_call(step_call(step, TASK_UNDO));
    }
    step_set_undo(step, UNDO_STATE_NONE);
    step->output = none;
    step->code = none;
    step->message = none;
    step->error_attempt = 0;
    step->outcome = none;
    step->outcome_reason = none;
    step->undo_code = none;
    step->undo_message = none;
    step->started_seq = 0;
    step->started_ms = 0;
    step->wake_ms = 0;
    step->until_ms = 0;
    step->approval = none;
    step->decider = none;
    step->child = none;
    live_forget_step(step);
    step->undo_before_ms = 0;
    step->undo_before_told_ms = 0;
    step->undo_before_due = false;
    step->late = false;
    step->stuck = false;
    step->by_person = false;
    step->refused = false;
    return fold_move(step, STEP_STATE_PENDING, at_ms);
}

bool fold_forward_again(struct saga *saga, int64_t at_ms)
{
    if (!fold_move_saga(saga, SAGA_STATE_RUNNING)) {
        return false;
    }
    saga->direction = FORWARD;
    saga->partial = false;
    saga->save_point = 0;
    saga->then_pause = false;
    saga->reason = (struct span){NULL, 0};
    bool ok = true;
    for (uint32_t i = 0; i < saga->step_total && ok; i++) {
        struct step *step = saga_step(saga, i);
        /* A step that a person has settled as succeeded stays so, and does not run again. */
        bool again = step->chosen && (step->state != STEP_STATE_RESOLVED || step->refused);
        ok = !again || fold_begin_anew(step, at_ms);
        step->chosen = false;
        step->accepted = false;
    }
    POST(saga->state == SAGA_STATE_RUNNING);
    return ok;
}

bool fold_late_effect(struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_TASK_LATE);
    struct old_key *old_key = step_old_key(step, record->run);
    if (!old_key || old_key->by_person || step->saga->state == SAGA_STATE_TERMINATED ||
        !step->spec->has_undo) {
        return true;
    }
    old_key->output = record->output.size > 0 ? record->output : MP_NIL_VALUE;
    old_key->wanted = true;
    old_key->again = old_key == step->late_effect;
    if (!step_has_late_effect(step)) {
        step->late_undo_state = UNDO_STATE_PENDING;
    }
    return true;
}

bool fold_late_effect_open(struct call *call)
{
    PRE(call->kind == TASK_UNDO);
    struct step *step = call->step;
    struct old_key *old_key = step->late_effect ? step->late_effect : step_oldest_late_effect(step);
    if (!old_key) {
        return false;
    }
    CHECK(old_key->wanted);
    step->late_effect = old_key;
    call->do_key = old_key->key;
    call->output = old_key->output;
    return true;
}

void fold_late_effect_end(struct step *step)
{
    if (step->late_effect) {
        step->late_effect->wanted = step->late_effect->again;
        step->late_effect->again = false;
        step->late_effect = NULL;
    }
    step->stuck = false;
    step->late_undo_state = step_oldest_late_effect(step) ? UNDO_STATE_PENDING : UNDO_STATE_NONE;
}

void fold_late_effects_drop(struct step *step)
{
    for (struct old_key *old_key = step->old_keys; old_key; old_key = old_key->older) {
        old_key->wanted = false;
        old_key->again = false;
        old_key->by_person = true;
    }
    CHECK(!step_oldest_late_effect(step));
    fold_late_effect_end(step);
}
