/* verb_resolve.c - the verbs by which a person settles one step (resolve), or ends a saga as it
 * stands (terminate). */
#include "engine/verb_resolve.h"

#include "engine/call.h"
#include "engine/check.h"
#include "engine/confirm.h"
#include "engine/kinds/kinds.h"
#include "engine/pivot.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "saga/child_state.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* May this person settle the step now? has_what: the step is in a state that can be settled.
 * Errors: SAGA_CONFLICT, SAGA_FORBIDDEN with *why. */
static enum saga_error check_resolve(const struct step *step, const struct verb_request *verb,
                                     bool has_what, const char **why)
{
    PRE(verb->verb == VERB_RESOLVE);
    if (!has_what || saga_state_is_final(step->saga->state)) {
        *why = "the step is settled, or has not begun";
        return SAGA_CONFLICT;
    }
    if (child_is_watched(step)) {
        *why = "its child is not settled; settle that one, and this step follows";
        return SAGA_CONFLICT;
    }
    if (!kind_may_pass(step, verb)) {
        *why = "not among those who may decide this";
        return SAGA_FORBIDDEN;
    }
    if (step->fan) {
        *why = "its items are steps of their own; settle those";
        return SAGA_CONFLICT;
    }
    return SAGA_OK;
}

enum saga_error resolve_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    struct step *step = NULL;
    enum saga_error rc = verb_step(turn->saga, verb, &step, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool open = step->state == STEP_STATE_WAITING || step->state == STEP_STATE_RUNNING ||
                step->state == STEP_STATE_RETRYING || step->state == STEP_STATE_IN_DOUBT ||
                step->state == STEP_STATE_PARKED || step->state == STEP_STATE_COMPENSATING ||
                step_may_be_revised(step) || (step->open && confirm_waits(step));
    bool is_late = !open && step_has_late_effect(step) && verb->outcome != STEP_STATE_SUCCEEDED;
    rc = check_resolve(step, verb, open || is_late, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct record said = verb_record_of_step(verb, step);
    said.evidence = verb->evidence;
    turn_emit(turn, &said);
    struct record record = {.type = RECORD_STEP_RESOLVED,
                            .fields = 1,
                            .step = step->index,
                            .flags = is_late ? (uint32_t)FLAG_LATE_EFFECT : 0u,
                            .code = span_text(step_state_name(verb->outcome)),
                            .actor = verb->actor,
                            .reason = verb->reason,
                            .evidence = verb->evidence,
                            .output = verb->output};
    for (uint32_t k = 0; k < CALL_COUNT && !is_late; k++) {
        call_off_all(turn, &step->calls[k], "resolved");
    }
    turn_emit(turn, &record);
    IMPLIES(!turn->failed && !is_late, step->state == STEP_STATE_RESOLVED);
    check_call_off(turn, step);
    if (verb->outcome == STEP_STATE_SUCCEEDED) {
        pivot_keep_forward(turn, step);
    }
    return SAGA_OK;
}

/* May an effect of this step stand, now or later? Then terminating the saga settles the step as
 * written off. */
static bool may_have_effect(const struct step *step)
{
    PRE(step->state > STEP_STATE_NONE);
    if (step_has_late_effect(step)) {
        return true;
    }
    switch (step->state) {
    case STEP_STATE_RUNNING:
    case STEP_STATE_RETRYING:
    case STEP_STATE_IN_DOUBT:
    case STEP_STATE_COMPENSATING:
    case STEP_STATE_PARKED:
        return true;
    case STEP_STATE_SUCCEEDED:
        return step->spec->step_class != CLASS_READONLY;
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
    case STEP_STATE_WAITING:
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

/* Calls off all attempts of the step, and settles the step as written off. */
static void write_off(struct turn *turn, struct step *step, const struct verb_request *verb)
{
    PRE(step->index < turn->saga->step_total);
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        call_off_all(turn, &step->calls[k], "terminated");
    }
    struct span none = {NULL, 0};
    /* An item's record has no reason: that of its fan-out serves, for there may be thousands of
     * items. */
    struct record record = {.type = RECORD_STEP_RESOLVED,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("written_off"),
                            .actor = verb->actor,
                            .reason = step->container ? none : verb->reason};
    turn_emit(turn, &record);
}

enum saga_error terminate_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_TERMINATE);
    struct saga *saga = turn->saga;
    if (saga_state_is_final(saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    struct record said = verb_record(verb);
    turn_emit(turn, &said);
    for (uint32_t i = 0; i < saga->step_total && !turn->failed; i++) {
        struct step *step = saga_step(saga, i);
        bool has_child = child_is_watched(step);
        if (step->state == STEP_STATE_WAITING && !has_child) {
            wait_call_off(turn, step);
        }
        if (may_have_effect(step) || has_child) {
            write_off(turn, step, verb);
        }
    }
    struct record record = {
        .type = RECORD_SAGA_TERMINATED, .actor = verb->actor, .reason = verb->reason};
    turn_emit(turn, &record);
    return SAGA_OK;
}
