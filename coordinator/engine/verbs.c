/* verbs.c - what operators ask for: checked against the state, written down, then done.
 *
 * A verb that is refused changes nothing and says why. One that is taken is an OPERATOR record with
 * who and why, before anything that follows from it. */
#include "engine/verbs.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/call.h"
#include "engine/check.h"
#include "engine/kinds/approval.h"
#include "engine/kinds/kinds.h"
#include "engine/migrate.h"
#include "engine/pivot.h"
#include "engine/plan.h"
#include "engine/room.h"
#include "engine/signal.h"
#include "engine/skip.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/keys.h"
#include "saga/steps.h"

static struct record operator_record(const struct verb_request *verb)
{
    return (struct record){
        .type = RECORD_OPERATOR, .verb = verb->verb, .actor = verb->actor, .reason = verb->reason};
}

/* A packed list of the named steps, in the turn's scratch buffer. */
static enum saga_error pack_steps(struct turn *turn, const struct span *names, uint32_t count,
                                  struct buf *out, const char **why)
{
    buf_clear(out);
    if (count == 0) {
        return SAGA_OK;
    }
    mp_put_array(out, count);
    for (uint32_t i = 0; i < count; i++) {
        int32_t index = saga_step_named(turn->saga, names[i]);
        if (index < 0) {
            *why = "the definition has no step of that name";
            return SAGA_INVALID;
        }
        const struct step *step = saga_step(turn->saga, (uint32_t)index);
        step_list_put(out, step);
    }
    if (buf_failed(out)) {
        *why = "it names too many steps";
        return SAGA_INVALID;
    }
    return SAGA_OK;
}

/* Is it the step, or the fan-out that it is an item of? */
static bool names(struct span name, struct span step)
{
    bool is_whole = name.size < step.size && step.data[name.size] == '[';
    return span_equal(name, is_whole ? span_of(step.data, name.size) : step);
}

/* Each irrevocable step of the plan must be accepted by name; the digest, if given, must match; a
 * completed saga must have something left to undo. */
static enum saga_error check_plan(struct turn *turn, const struct verb_request *verb,
                                  const char **why)
{
    struct plan plan;
    struct plan_request request = {.definition = turn->saga->definition,
                                   .steps = verb->steps,
                                   .steps_count = verb->steps_count,
                                   .to = verb->to,
                                   .now_ms = turn->now_ms};
    enum saga_error rc = plan_make(turn->saga, &request, &turn->batch->arena, &plan, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (verb->plan_digest.size > 0 && !span_is(verb->plan_digest, plan.digest)) {
        *why = "the saga has moved since the plan was made; make a new plan";
        return SAGA_PRECONDITION_FAILED;
    }
    if (turn->saga->state == SAGA_STATE_COMPLETED && plan.item_count == 0) {
        *why = "nothing of it is left to undo";
        return SAGA_CONFLICT;
    }
    for (uint32_t i = 0; i < plan.item_count; i++) {
        bool accepted = !plan.items[i].irrevocable;
        for (uint32_t k = 0; k < verb->accept_count && !accepted; k++) {
            accepted = names(verb->accept[k], plan.items[i].step);
        }
        if (!accepted) {
            *why = "the plan has irrevocable steps; name each in `accept` to keep it";
            return SAGA_PRECONDITION_FAILED;
        }
    }
    return SAGA_OK;
}

/* On the way to a save-point an accepted step stays as it is, so only what has succeeded can be. */
static enum saga_error pack_spared(struct turn *turn, const struct verb_request *verb,
                                   struct buf *out, const char **why)
{
    struct span *names = arena_take(&turn->batch->arena, verb->accept_count * sizeof(*names));
    uint32_t count = 0;
    if (!names) {
        turn->failed = true;
        return SAGA_OK;
    }
    for (uint32_t i = 0; i < verb->accept_count; i++) {
        int32_t index = saga_step_named(turn->saga, verb->accept[i]);
        const struct step *step = index >= 0 ? saga_step(turn->saga, (uint32_t)index) : NULL;
        bool spared = step && step->state == STEP_STATE_SUCCEEDED && !step->spec->has_undo &&
                      step->spec->step_class != CLASS_READONLY;
        if (!step || spared) {
            names[count++] = verb->accept[i];
        }
    }
    return pack_steps(turn, names, count, out, why);
}

static enum saga_error rollback(struct turn *turn, const struct verb_request *verb,
                                const char **why)
{
    struct saga *saga = turn->saga;
    if (saga->state == SAGA_STATE_COMPLETED) {
        *why = "the saga is completed; use reverse";
        return SAGA_CONFLICT;
    }
    /* On its way to a save-point, or wanting to: the whole saga may be turned back instead. */
    bool widens =
        verb->to.size == 0 && (saga->save_point > 0 || (saga->back_wanted && saga->back_to > 0));
    if ((saga->direction == BACKWARD && !widens) || saga_state_is_final(saga->state)) {
        *why = saga_state_is_final(saga->state) ? "the saga has ended"
                                                : "the saga is on its way back already";
        return SAGA_CONFLICT;
    }
    if (saga->back_wanted && !widens) {
        *why = "the saga turns back as soon as its pivot allows";
        return SAGA_CONFLICT;
    }
    enum saga_error rc = check_plan(turn, verb, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct record record = operator_record(verb);
    struct buf *accept = &turn->engine->scratch;
    rc = verb->to.size > 0 ? pack_spared(turn, verb, accept, why)
                           : pack_steps(turn, verb->accept, verb->accept_count, accept, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    record.accept = buf_span(accept);
    if (verb->to.size > 0) {
        record.fields = 1;
        record.step = (uint32_t)definition_step(saga->definition, verb->to);
        record.flags = FLAG_SAVE_POINT | (verb->then_pause ? (uint32_t)FLAG_THEN_PAUSE : 0u);
    }
    turn_emit(turn, &record);
    return SAGA_OK;
}

static enum saga_error reverse(struct turn *turn, const struct verb_request *verb, const char **why)
{
    struct saga *saga = turn->saga;
    if (saga->state != SAGA_STATE_COMPLETED) {
        *why = "only a completed saga can be reversed";
        return SAGA_CONFLICT;
    }
    const char *refusal = claims_refuse(turn);
    if (refusal) {
        *why = refusal;
        return SAGA_CONFLICT;
    }
    enum saga_error rc = check_plan(turn, verb, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct record said = operator_record(verb);
    struct buf steps;
    buf_open(&steps, 8 * (LIMIT_STEPS + LIMIT_ITEMS_ALL));
    rc = pack_steps(turn, verb->steps, verb->steps_count, &steps, why);
    if (rc == SAGA_OK) {
        rc = pack_steps(turn, verb->accept, verb->accept_count, &turn->engine->scratch, why);
    }
    if (rc == SAGA_OK) {
        said.steps = buf_span(&steps);
        turn_emit(turn, &said);
        struct record record = {.type = RECORD_SAGA_COMPENSATING,
                                .code = span_text("reverse"),
                                .message = verb->reason,
                                .actor = verb->actor,
                                .flags = verb->steps_count > 0 ? FLAG_PARTIAL : 0u,
                                .steps = buf_span(&steps),
                                .accept = buf_span(&turn->engine->scratch)};
        claims_reverse(turn, &record);
        turn->failed |= buf_failed(&steps);
    }
    buf_close(&steps);
    return rc;
}

/* Which call of the step a retry would move; NULL = none. */
static struct call *retryable_call(struct step *step)
{
    struct saga *saga = step->saga;
    if (step->undo_state == UNDO_STATE_PARKED || step->undo_state == UNDO_STATE_RETRYING) {
        return step_call(step, TASK_UNDO);
    }
    if (step->late_undo_state == UNDO_STATE_PARKED ||
        step->late_undo_state == UNDO_STATE_RETRYING) {
        return step_call(step, TASK_UNDO);
    }
    bool waits = step->state == STEP_STATE_PARKED || step->state == STEP_STATE_RETRYING;
    return waits && saga->direction == FORWARD && !step->fan ? step_call(step, TASK_DO) : NULL;
}

/* Was the step, which is parked, never asked for anything? Then it begins anew. */
static bool begins_anew(const struct call *call)
{
    return call->kind == TASK_DO && call->step->state == STEP_STATE_PARKED &&
           !step_is_begun(call->step);
}

static enum saga_error retry_one(struct turn *turn, const struct verb_request *verb,
                                 struct call *call, const char **why)
{
    bool edited = verb->input.size > 0;
    bool doubt = call->kind == TASK_DO && call_in_doubt(call);
    if (edited && doubt) {
        *why = "in doubt: the key may not carry another request; resolve it or retry unchanged";
        return SAGA_CONFLICT;
    }
    const struct step_spec *spec = call->step->spec;
    bool asks = step_kind_facts(spec->kind)->asks;
    if (edited && (!asks || step_is_container(call->step))) {
        *why = "the step takes no input";
        return SAGA_INVALID;
    }
    struct record record = operator_record(verb);
    record.fields = 1;
    record.step = call->step->index;
    record.kind = call->kind;
    record.input = verb->input;
    /* A provider replays the refusal that it stored under the key, so a refused do asks anew. */
    bool fresh = edited || (call->kind == TASK_DO && !doubt && call->step->refused);
    bool own = call->step->undo_state == UNDO_STATE_PARKED ||
               call->step->undo_state == UNDO_STATE_RETRYING;
    record.flags = begins_anew(call) ? FLAG_ANEW : fresh ? FLAG_FRESH : 0u;
    record.flags |= call->kind == TASK_UNDO && !own ? (uint32_t)FLAG_LATE_EFFECT : 0u;
    turn_emit(turn, &record);
    if (call->kind == TASK_UNDO) {
        call->step->live.undo_due_ms = 0; /* its patience begins anew, with the retry */
        check_call_off(turn, call->step);
    }
    return SAGA_OK;
}

static enum saga_error retry(struct turn *turn, const struct verb_request *verb, const char **why)
{
    struct saga *saga = turn->saga;
    if (saga_state_is_final(saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    if (verb->step.size > 0) {
        int32_t index = saga_step_named(saga, verb->step);
        if (index < 0) {
            *why = "the definition has no step of that name";
            return SAGA_NOT_FOUND;
        }
        struct call *call = retryable_call(saga_step(saga, (uint32_t)index));
        if (!call) {
            *why = "the step neither waits for a retry nor is parked";
            return SAGA_CONFLICT;
        }
        return retry_one(turn, verb, call, why);
    }
    if (verb->input.size > 0) {
        *why = "an edited input needs the step's name";
        return SAGA_INVALID;
    }
    bool any = false;
    for (uint32_t i = 0; i < saga->step_total && !turn->failed; i++) {
        struct call *call = retryable_call(saga_step(saga, i));
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

static enum saga_error resolve(struct turn *turn, const struct verb_request *verb, const char **why)
{
    struct saga *saga = turn->saga;
    int32_t index = saga_step_named(saga, verb->step);
    if (index < 0) {
        *why = "the definition has no step of that name";
        return SAGA_NOT_FOUND;
    }
    struct step *step = saga_step(saga, (uint32_t)index);
    bool open = step->state == STEP_STATE_WAITING || step->state == STEP_STATE_RUNNING ||
                step->state == STEP_STATE_RETRYING || step->state == STEP_STATE_IN_DOUBT ||
                step->state == STEP_STATE_PARKED || step->state == STEP_STATE_COMPENSATING;
    bool is_late = !open && step_has_late_effect(step) && verb->outcome != STEP_STATE_SUCCEEDED;
    if ((!open && !is_late) || saga_state_is_final(saga->state)) {
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
    struct record said = operator_record(verb);
    said.fields = 1;
    said.step = step->index;
    said.evidence = verb->evidence;
    turn_emit(turn, &said);
    struct record record = {.type = RECORD_STEP_RESOLVED,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text(step_state_name(verb->outcome)),
                            .actor = verb->actor,
                            .reason = verb->reason,
                            .evidence = verb->evidence,
                            .output = verb->output};
    record.flags = is_late ? (uint32_t)FLAG_LATE_EFFECT : 0u;
    for (uint32_t k = 0; k < CALL_COUNT && !is_late; k++) {
        call_off_all(turn, &step->calls[k], "resolved");
    }
    turn_emit(turn, &record);
    check_call_off(turn, step);
    if (verb->outcome == STEP_STATE_SUCCEEDED) {
        pivot_keep_forward(turn, step);
    }
    return SAGA_OK;
}

static enum saga_error pause(struct turn *turn, const struct verb_request *verb, const char **why)
{
    bool want = verb->verb == VERB_PAUSE;
    if (saga_state_is_final(turn->saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    struct record said = operator_record(verb);
    turn_emit(turn, &said);
    if (turn->saga->paused != want) {
        struct record record = {.type = want ? RECORD_SAGA_PAUSED : RECORD_SAGA_RESUMED,
                                .actor = verb->actor,
                                .reason = verb->reason};
        turn_emit(turn, &record);
    }
    return SAGA_OK;
}

/* May an effect of this step stand, now or later? Then giving up means to write it off. */
static bool may_have_effect(const struct step *step)
{
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

static enum saga_error terminate(struct turn *turn, const struct verb_request *verb,
                                 const char **why)
{
    struct saga *saga = turn->saga;
    if (saga_state_is_final(saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    struct record said = operator_record(verb);
    turn_emit(turn, &said);
    for (uint32_t i = 0; i < saga->step_total && !turn->failed; i++) {
        struct step *step = saga_step(saga, i);
        bool has_child = child_is_watched(step);
        if (step->state == STEP_STATE_WAITING && !has_child) {
            wait_call_off(turn, step);
        }
        if (!may_have_effect(step) && !has_child) {
            continue;
        }
        for (uint32_t k = 0; k < CALL_COUNT; k++) {
            call_off_all(turn, &step->calls[k], "terminated");
        }
        struct record record = {.type = RECORD_STEP_RESOLVED,
                                .fields = 1,
                                .step = i,
                                .code = span_text("written_off"),
                                .actor = verb->actor,
                                .reason = verb->reason};
        if (step->container) {
            record.reason = (struct span){NULL, 0}; /* its container's: they may be thousands */
        }
        turn_emit(turn, &record);
    }
    struct record record = {
        .type = RECORD_SAGA_TERMINATED, .actor = verb->actor, .reason = verb->reason};
    turn_emit(turn, &record);
    return SAGA_OK;
}

typedef enum saga_error (*verb_fn)(struct turn *turn, const struct verb_request *verb,
                                   const char **why);

static const verb_fn verbs[VERB_COUNT] = {
    [VERB_ROLLBACK] = rollback,   [VERB_REVERSE] = reverse, [VERB_RETRY] = retry,
    [VERB_RESOLVE] = resolve,     [VERB_PAUSE] = pause,     [VERB_RESUME] = pause,
    [VERB_TERMINATE] = terminate, [VERB_SKIP] = skip_do,    [VERB_APPROVE] = approval_do,
    [VERB_REJECT] = approval_do,  [VERB_MIGRATE] = migrate, [VERB_SIGNAL] = signal_saga,
};

enum saga_error verb_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb < VERB_COUNT);
    *why = NULL;
    if (verb->reason.size == 0) {
        *why = "a reason is required";
        return SAGA_INVALID;
    }
    if (verb->if_seq > 0 && verb->if_seq != turn->saga->seq) {
        *why = "the saga has moved";
        return SAGA_PRECONDITION_FAILED;
    }
    /* The verb says it, and what follows from it says it again. */
    if (!room_for(turn->saga, 2 * (verb->input.size + verb->output.size))) {
        *why = "the saga holds too much to take this value";
        return SAGA_TOO_LARGE;
    }
    return verbs[verb->verb](turn, verb, why);
}
