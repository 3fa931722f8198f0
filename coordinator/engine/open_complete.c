/* open_complete.c - takes what the client of an open saga says about how one of its steps ended.
 *
 * The first success of a step stands. A failure means that there was no effect, unless the client
 * says that it is in doubt; the client may end the doubt by completing the step again. */
#include "engine/open_complete.h"

#include "base/mp.h"
#include "engine/open_end.h"
#include "engine/open_request.h"
#include "engine/result.h"
#include "engine/results.h"
#include "engine/room.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/keys.h"
#include "saga/old_key.h"
#include "saga/open.h"

/* Does the request name the present key of the step (*older false), or an earlier one (*older
 * true)? SAGA_INVALID: a key that the step never had. */
static enum saga_error find_key(struct step *step, const struct open_request *request, bool *older)
{
    struct call *call = step_call(step, TASK_DO);
    PRE(call->run > 0);
    *older = false;
    if (request->key.size == 0 || span_equal(request->key, call->key)) {
        return SAGA_OK;
    }
    for (const struct old_key *old_key = step->old_keys; old_key; old_key = old_key->older) {
        *older |= span_equal(request->key, old_key->key);
    }
    return *older ? SAGA_OK : SAGA_INVALID;
}

static struct record record_of(enum record_type type, const struct attempt *attempt,
                               const struct open_request *request)
{
    PRE(attempt->call->kind == TASK_DO);
    return (struct record){.type = type,
                           .fields = 1,
                           .step = attempt->call->step->index,
                           .kind = TASK_DO,
                           .run = attempt->run,
                           .attempt = attempt->number,
                           .cost_micros = request->cost_micros,
                           .actor = request->actor};
}

/* May the client still say how the step ended? */
static bool is_open(const struct step *step)
{
    PRE(step->open != NULL);
    const struct saga *saga = step->saga;
    bool undecided = step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_IN_DOUBT ||
                     step->state == STEP_STATE_FAILED;
    return undecided && !open_goes_back(saga) && !open_is_committed(saga) &&
           !saga_state_is_final(saga->state);
}

static const char *why_closed(const struct step *step)
{
    if (step->by_person) {
        return "a person has settled the step";
    }
    IMPLIES(open_goes_back(step->saga), !open_is_committed(step->saga) || step->saga->completed_ms);
    return open_is_committed(step->saga) ? "the saga is committed" : open_why_over(step->saga);
}

static enum saga_error succeeded(struct turn *turn, struct attempt *attempt,
                                 const struct open_request *request, struct open_reply *reply,
                                 const char **why)
{
    struct step *step = attempt->call->step;
    PRE(request->ok);
    if (attempt->state == ATTEMPT_SUCCEEDED && attempt->verdict == VERDICT_OK) {
        reply->state = OPEN_STATE_DONE;
        return SAGA_OK;
    }
    if (!room_for(turn->saga, request->output.size)) {
        *why = "the saga holds too much for this output; complete it with less";
        return SAGA_TOO_LARGE;
    }
    if (is_open(step)) {
        struct record record = record_of(RECORD_STEP_COMPLETED, attempt, request);
        record.output = request->output;
        turn_emit(turn, &record);
        reply->state = OPEN_STATE_DONE;
        return SAGA_OK;
    }
    if (attempt->state != ATTEMPT_SUCCEEDED) {
        const struct result late = {
            .status = RESULT_OK, .output = request->output, .cost_micros = request->cost_micros};
        result_late(turn, attempt, &late);
    }
    *why = why_closed(step);
    return SAGA_CONFLICT;
}

/* Called when the client says only after the saga was decided that the step had no effect: the
 * record ends the doubt with which an undo is sent, and changes nothing else. */
static enum saga_error failed_late(struct turn *turn, struct attempt *attempt,
                                   const struct open_request *request, const char **why)
{
    struct step *step = attempt->call->step;
    PRE(!request->ok);
    if (attempt->state == ATTEMPT_DOUBT && !request->in_doubt) {
        struct record record = record_of(RECORD_TASK_FAILED, attempt, request);
        record.flags = FLAG_STALE;
        record.code = request->code;
        record.message = request->message;
        turn_emit(turn, &record);
    }
    *why = why_closed(step);
    return SAGA_CONFLICT;
}

static enum saga_error failed(struct turn *turn, struct attempt *attempt,
                              const struct open_request *request, struct open_reply *reply,
                              const char **why)
{
    struct step *step = attempt->call->step;
    PRE(!request->ok);
    if (attempt->state == ATTEMPT_SUCCEEDED) {
        *why = "the step was completed with a success, which stands";
        return SAGA_CONFLICT;
    }
    if (!is_open(step)) {
        return failed_late(turn, attempt, request, why);
    }
    bool is_new = step->state == STEP_STATE_RUNNING ||
                  (step->state == STEP_STATE_IN_DOUBT && !request->in_doubt);
    if (is_new) {
        struct record record = record_of(
            request->in_doubt ? RECORD_TASK_IN_DOUBT : RECORD_TASK_FAILED, attempt, request);
        record.flags = FLAG_FINAL;
        record.code = request->code;
        record.message = request->message;
        record.details = request->details;
        turn_emit(turn, &record);
    }
    reply->state = step->state == STEP_STATE_IN_DOUBT ? OPEN_STATE_OPEN : OPEN_STATE_FAILED;
    return SAGA_OK;
}

enum saga_error open_complete(struct turn *turn, const struct open_request *request,
                              struct open_reply *reply, const char **why)
{
    PRE(request->verb == OPEN_COMPLETE);
    int32_t index = saga_step_named(turn->saga, request->step);
    bool is_older;
    if (index < 0) {
        *why = "no step of that name is registered";
        return SAGA_NOT_FOUND;
    }
    struct step *step = saga_step(turn->saga, (uint32_t)index);
    if (find_key(step, request, &is_older) != SAGA_OK) {
        *why = "the key is none of this step";
        return SAGA_INVALID;
    }
    if (is_older) {
        reply->state = OPEN_STATE_STALE;
        return SAGA_OK;
    }
    if (!room_for(turn->saga, request->details.size)) {
        *why = "the saga holds too much for these details";
        return SAGA_TOO_LARGE;
    }
    struct attempt *attempt = step_call(step, TASK_DO)->newest;
    CHECK(attempt != NULL);
    return request->ok ? succeeded(turn, attempt, request, reply, why)
                       : failed(turn, attempt, request, reply, why);
}
