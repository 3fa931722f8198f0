/* fold_attempt.c - attempts as records make them: added, adopted, and at some time forgotten. */
#include "saga/fold_attempt.h"

#include "base/mp.h"
#include "journal/record.h"
#include "saga/fold_old_keys.h"
#include "saga/keys.h"
#include "saga/steps.h"

#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/saga.h"
#include "saga/step.h"
#include "saga/no_live.h"

bool fold_adopt(struct call *call, const struct record *record)
{
    PRE(record->flags & FLAG_ADOPTED);
    struct attempt *adopted = call_attempt(call, record->run, record->attempt);
    if (!adopted || adopted->answered) {
        return false;
    }
    for (struct attempt *a = call->attempts; a && a != adopted; a = a->older) {
        /* This newer attempt may have been sent in the meantime: it is in doubt until it is known
         * that it was not. */
        if (a->state == ATTEMPT_OPEN) {
            a->state = ATTEMPT_DOUBT;
        }
    }
    adopted->state = ATTEMPT_OPEN;
    call->newest = adopted;
    return true;
}

/* Takes an attempt that may be forgotten out of the call's list, so that the next one can have
 * its memory. Its token is forgotten too: its own answer can no longer end its doubt, but a
 * success under the same key can, or a check. NULL = none may be forgotten, or there is room for
 * one more. */
static struct attempt *reuse(struct call *call)
{
    struct attempt *spare = call_spare(call);
    if (!spare) {
        return NULL;
    }
    CHECK(spare != call->newest);
    struct attempt **at = &call->attempts;
    while (*at != spare) {
        at = &(*at)->older;
    }
    *at = spare->older;
    call->forgot_unanswered |= !spare->answered;
    call->forgot_doubt |= spare->state == ATTEMPT_DOUBT;
    *spare = (struct attempt){0};
    return spare;
}

bool fold_add_attempt(struct call *call, const struct record *record)
{
    PRE(record->run == call->run);
    struct attempt *attempt = reuse(call);
    if (!attempt) {
        attempt = ARENA_NEW(&call->step->saga->arena, struct attempt);
        call->attempt_count++;
    }
    if (!attempt) {
        return false;
    }
    memcpy(attempt->token, record->token, TOKEN_SIZE);
    attempt->run = record->run;
    attempt->number = record->attempt;
    attempt->state = ATTEMPT_OPEN;
    attempt->intended_ms = call->step->saga->moment.running_ms;
    attempt->instance = instance_number(record->to);
    attempt->call = call;
    attempt->of_undo = call->of_undo;
    attempt->older = call->attempts;
    call->attempts = attempt;
    call->newest = attempt;
    call->number_last = record->attempt;
    return true;
}

bool fold_open_run(struct call *call, const struct record *record)
{
    PRE(record->run == call->run + 1);
    struct step *step = call->step;
    bool has_past = call->kind == TASK_DO && step_is_begun(step);
    if (has_past && !fold_old_keys_add(step)) {
        return false;
    }
    call->run = record->run;
    call->number_last = 0;
    call->counted = 0;
    call->losses = 0;
    call->first_ms = step->saga->moment.running_ms;
    call->rerun = false;
    call->rerun_input = (struct span){NULL, 0};
    call->expired = false;
    call->used_up = false;
    call->spent = false;
    call->refused = false;
    call->of_undo = call->kind == TASK_CHECK && (record->flags & FLAG_OF_UNDO);
    call->key = call_key(call, record->run);
    call->input = record->input;
    if (call->of_undo) {
        call->do_key = step_call(step, TASK_UNDO)->key;
        call->output = step_call(step, TASK_UNDO)->output;
    } else if (call->kind != TASK_DO) {
        call->do_key = step_do_key(step);
        call->output = step->output.size > 0 ? step->output : MP_NIL_VALUE;
        call->in_doubt = (record->flags & FLAG_IN_DOUBT) != 0;
    }
    if (call->kind == TASK_UNDO) {
        call->late_effect = (record->flags & FLAG_LATE_EFFECT) != 0;
        step->late_effect = call->late_effect ? step->late_effect : NULL;
        step->late = step->late && call->late_effect;
    }
    bool keyed = call->key.size > 0 && (call->kind == TASK_DO || call->do_key.size > 0);
    return keyed && (!call->late_effect || fold_late_effect_open(call));
}
