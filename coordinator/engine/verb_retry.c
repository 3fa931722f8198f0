/* verb_retry.c - the verb retry: a person has the next attempt sent now, of a call that waits for
 * its retry or is parked. */
#include "engine/verb_retry.h"

#include "engine/check.h"
#include "engine/pivot.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "journal/record.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/open.h"
#include "saga/saga.h"
#include "saga/steps.h"

static bool undo_is_retryable(enum undo_state state)
{
    PRE(state < UNDO_STATE_COUNT);
    return state == UNDO_STATE_PARKED || state == UNDO_STATE_RETRYING;
}

/* The call of the step (its do, undo or confirmation) that a retry would send; NULL = none. */
static struct call *retryable_call(struct step *step)
{
    PRE(!step->fan || step_is_container(step));
    if (undo_is_retryable(step->undo_state) || undo_is_retryable(step->late_undo_state)) {
        return step_call(step, TASK_UNDO);
    }
    if (step->open && step->saga->direction == FORWARD) {
        bool may_confirm = undo_is_retryable(step->open->confirm_state) && !step->by_person;
        return may_confirm ? step_call(step, TASK_CONFIRM) : NULL;
    }
    bool waits = step->state == STEP_STATE_PARKED || step->state == STEP_STATE_RETRYING ||
                 step_may_be_revised(step);
    bool may_go = waits && step->saga->direction == FORWARD && !step->fan;
    return may_go ? step_call(step, TASK_DO) : NULL;
}

/* Does a retry begin the step anew? Yes if the step was parked before any attempt was made, or if a
 * person has settled it: then its old key does not count any more. */
static bool begins_anew(const struct call *call)
{
    PRE(call->step->saga->magic == SAGA_MAGIC);
    bool is_unasked = call->step->state == STEP_STATE_PARKED && !step_is_begun(call->step);
    return call->kind == TASK_DO && (is_unasked || step_may_be_revised(call->step));
}

static enum saga_error retry_one(struct turn *turn, const struct verb_request *verb,
                                 struct call *call, const char **why)
{
    PRE(call->kind != TASK_CHECK);
    bool edited = verb->input.size > 0;
    bool doubt = call->kind == TASK_DO && call_in_doubt(call) && !begins_anew(call);
    if (edited && doubt) {
        *why = "in doubt: the key may not carry another request; resolve it or retry unchanged";
        return SAGA_CONFLICT;
    }
    const struct step_spec *spec = call->step->spec;
    bool asks = step_kind_facts(spec->kind)->asks;
    if (edited && ((call->kind == TASK_DO && !asks) || step_is_container(call->step))) {
        *why = "the step takes no input";
        return SAGA_INVALID;
    }
    struct record record = verb_record_of_step(verb, call->step);
    record.kind = call->kind;
    record.input = verb->input;
    /* A provider stores a refusal under the idempotency key and would repeat it, so a refused do is
     * sent under a new key. */
    bool fresh = edited || (call->kind == TASK_DO && !doubt && call->step->refused);
    bool own = undo_is_retryable(call->step->undo_state);
    record.flags = begins_anew(call) ? FLAG_ANEW : fresh ? FLAG_FRESH : 0u;
    record.flags |= call->kind == TASK_UNDO && !own ? (uint32_t)FLAG_LATE_EFFECT : 0u;
    turn_emit(turn, &record);
    if (call->kind == TASK_UNDO) {
        /* the time after which the undo counts as stuck begins with the retry */
        call->step->live.undo_due_ms = 0;
        check_call_off(turn, call->step);
    }
    return SAGA_OK;
}

/* Retries every step that can be retried. */
static enum saga_error retry_all(struct turn *turn, const struct verb_request *verb,
                                 const char **why)
{
    const struct saga *saga = turn->saga;
    bool any = false;
    PRE(verb->input.size == 0);
    for (uint32_t i = 0; i < saga->step_total && !turn->failed; i++) {
        struct step *step = saga_step(saga, i);
        struct call *call = step_may_be_revised(step) ? NULL : retryable_call(step);
        if (call) {
            any = true;
            enum saga_error rc = retry_one(turn, verb, call, why);
            CHECK(rc == SAGA_OK);
        }
    }
    if (!any) {
        *why = "no step waits for a retry or is parked";
        return SAGA_CONFLICT;
    }
    return SAGA_OK;
}

enum saga_error retry_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_RETRY);
    struct step *step = NULL;
    if (saga_state_is_final(turn->saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    if (verb->step.size == 0 && verb->input.size > 0) {
        *why = "an edited input needs the step's name";
        return SAGA_INVALID;
    }
    if (verb->step.size == 0) {
        return retry_all(turn, verb, why);
    }
    enum saga_error rc = verb_step(turn->saga, verb, &step, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct call *call = retryable_call(step);
    if (!call) {
        *why = "the step neither waits for a retry nor is parked";
        return SAGA_CONFLICT;
    }
    return retry_one(turn, verb, call, why);
}
