/* skip.c - skips steps: because their `when` condition does not hold, or because a person says so.
 *
 * A skipped step has no effect, and the steps that need it go on as if it had succeeded; references
 * to its output give null. A person may skip a step that has not begun, waits, or has failed or
 * been parked, as long as no effect of it can stand. A step that has not begun is skipped only when
 * all steps that it needs are done, so that the steps after it still wait for those. A step whose
 * only attempt waits for a participant is skipped when it is sure that none has taken the attempt;
 * if one has after all, its answer decides, and the skip is forgotten. */
#include "engine/skip.h"

#include "base/limits.h"
#include "engine/call.h"
#include "engine/fail.h"
#include "engine/kinds/kinds.h"
#include "engine/pivot.h"
#include "engine/scope.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "journal/record.h"
#include "language/condition.h"
#include "language/template.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/saga.h"

static void skip(struct turn *turn, const struct step *step, const char *code, struct span message)
{
    PRE(step->saga == turn->saga);
    struct record record = {.type = RECORD_STEP_SKIPPED,
                            .fields = 1,
                            .step = step->index,
                            .code = code ? span_text(code) : (struct span){NULL, 0},
                            .message = message,
                            .actor = step->skip_actor,
                            .reason = step->skip_reason};
    turn_emit(turn, &record);
}

bool step_is_wanted(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_PENDING);
    bool is_whole = step_is_container(step);
    bool is_asked = is_whole || step->container ? is_whole != step->spec->when_of_item : true;
    const struct condition *when = is_asked ? step->spec->when : NULL;
    bool holds = true;
    if (step->skip_actor.size > 0) {
        skip(turn, step, NULL, (struct span){NULL, 0});
        return false;
    }
    if (!when) {
        return true;
    }
    struct scope scope;
    step_scope(step, false, &scope);
    enum saga_error rc = condition_holds(when, &scope, &holds);
    struct span written = when->written;
    written.size = written.size > LIMIT_MESSAGE ? LIMIT_MESSAGE : written.size;
    if (rc == SAGA_TOO_LARGE) {
        step_fail(turn, step, "too_large", written);
        return false;
    }
    if (rc != SAGA_OK) {
        turn->failed = true;
        return false;
    }
    if (!holds) {
        skip(turn, step, "condition", written);
    }
    return holds;
}

/* Has no participant been sent the present attempt, and has every attempt before it been answered?
 */
static bool is_untouched(const struct call *call)
{
    PRE(call->kind == TASK_DO);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        bool waits = a == call->newest && a->state == ATTEMPT_OPEN && !a->live.left && !a->later;
        if (!waits && !a->answered) {
            return false;
        }
    }
    return call_is_open(call) && !call_in_doubt(call) && !call_has_succeeded(call);
}

bool skip_untaken(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_RETRYING);
    const struct call *done = &step->calls[0];
    if (step->skip_actor.size == 0 || call_in_doubt(done) || call_is_open(done)) {
        return false;
    }
    skip(turn, step, NULL, (struct span){NULL, 0});
    return true;
}

/* Why the step cannot be skipped, a literal; NULL: it can. */
static const char *why_not(const struct step *step)
{
    PRE(step->state < STEP_STATE_COUNT);
    const struct call *done = &step->calls[0];
    switch (step->state) {
    case STEP_STATE_PENDING:
        return step->skip_actor.size > 0 ? "the step will be skipped already" : NULL;
    case STEP_STATE_WAITING:
        return step_kind_facts(step->spec->kind)->has_child ? "a child of the step has begun"
                                                            : NULL;
    case STEP_STATE_RETRYING:
    case STEP_STATE_FAILED:
    case STEP_STATE_PARKED:
        if (call_in_doubt(done) || call_is_open(done)) {
            return "the step is in doubt: an effect of it may stand; resolve it";
        }
        return call_has_succeeded(done) ? "an effect of the step stands" : NULL;
    case STEP_STATE_RESOLVED:
        if (step_may_be_revised(step)) {
            return span_is(step->outcome, "kept") ? "an effect of the step stands" : NULL;
        }
        break;
    case STEP_STATE_RUNNING:
        if (is_untouched(done)) {
            return step->skip_actor.size > 0 ? "the step will be skipped already" : NULL;
        }
        return "the step has begun: an effect of it may stand";
    case STEP_STATE_IN_DOUBT:
        return "the step has begun: an effect of it may stand";
    case STEP_STATE_NONE:
    case STEP_STATE_SUCCEEDED:
    case STEP_STATE_SKIPPED:
    case STEP_STATE_COMPENSATING:
    case STEP_STATE_COMPENSATED:
    case STEP_STATE_KEPT:
    case STEP_STATE_COUNT:
        break;
    }
    return "the step is settled";
}

enum saga_error skip_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_SKIP);
    const struct saga *saga = turn->saga;
    struct step *step = NULL;
    enum saga_error rc = verb_step(saga, verb, &step, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (saga_state_is_final(saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    if (saga->direction == BACKWARD || saga->back_wanted) {
        *why = "the saga turns back";
        return SAGA_CONFLICT;
    }
    *why = why_not(step);
    if (*why) {
        return SAGA_CONFLICT;
    }
    if (!kind_may_pass(step, verb)) {
        *why = "not among those who may decide this";
        return SAGA_FORBIDDEN;
    }
    struct record record = verb_record_of_step(verb, step);
    turn_emit(turn, &record);
    if (!turn->failed && step->state == STEP_STATE_RUNNING) {
        call_off(turn, step->calls[0].newest, "skipped", false);
    } else if (!turn->failed && step->state != STEP_STATE_PENDING) {
        skip(turn, step, NULL, (struct span){NULL, 0});
    }
    return SAGA_OK;
}
