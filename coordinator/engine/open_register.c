/* open_register.c - writes down a step of an open saga, before its client acts.
 *
 * The step is durable before its client is told to act, so that whatever the client does can be
 * undone. A client that crashed and begins again registers the same steps again, and is told which
 * of them are done. */
#include "engine/open_register.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/open_end.h"
#include "engine/open_request.h"
#include "engine/room.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/names.h"
#include "saga/keys.h"
#include "saga/open.h"

/* Are two msgpack values equal, even if they are packed differently? No bytes at all count as nil.
 */
static bool is_same(struct turn *turn, struct span a, struct span b)
{
    struct buf *one = &turn->engine->scratch;
    struct buf *two = &turn->engine->telling;
    PRE(turn->saga->open != NULL);
    a = a.size > 0 ? a : MP_NIL_VALUE;
    b = b.size > 0 ? b : MP_NIL_VALUE;
    if (span_equal(a, b)) {
        return true;
    }
    buf_clear(one);
    buf_clear(two);
    bool ok = json_canonical(a, one) == SAGA_OK && json_canonical(b, two) == SAGA_OK;
    turn->failed |= buf_failed(one) || buf_failed(two);
    return ok && span_equal(buf_span(one), buf_span(two));
}

static bool is_same_request(struct turn *turn, const struct step *step,
                            const struct open_request *request, struct span needs)
{
    PRE(step->open != NULL);
    return is_same(turn, step->calls[0].input, request->input) &&
           is_same(turn, step->open->calls.form, request->calls.form) &&
           is_same(turn, step->open->calls.inputs, request->calls.inputs) &&
           span_equal(step->open->needs, needs);
}

/* Looks up the names of needed steps, and makes a list of their indexes in the batch's memory.
 * Errors: SAGA_INVALID with *why. */
static enum saga_error find_needs(struct turn *turn, const struct open_request *request,
                                  struct span *needs, const char **why)
{
    *needs = (struct span){NULL, 0};
    PRE(turn->seq_before == turn->saga->seq);
    struct mp mp = mp_open(request->needs);
    struct buf *list = &turn->engine->scratch;
    if (request->needs.size == 0) {
        return SAGA_OK;
    }
    uint32_t count = mp_type(request->needs) == MP_ARRAY ? mp_array(&mp) : UINT32_MAX;
    if (count > LIMIT_STEPS) {
        *why = "needs is a list of the names of other steps";
        return SAGA_INVALID;
    }
    buf_clear(list);
    mp_put_array(list, count);
    for (uint32_t i = 0; i < count; i++) {
        struct span value = mp_skip(&mp);
        struct mp text = mp_open(value);
        struct span name = mp_type(value) == MP_STR ? mp_str(&text) : (struct span){NULL, 0};
        int32_t index = saga_step_named(turn->saga, name);
        if (index < 0 || span_equal(name, request->step)) {
            *why = "it needs itself, or a step that is not registered";
            return SAGA_INVALID;
        }
        record_list_put(list, (uint32_t)index, 0);
    }
    bool ok = !buf_failed(list);
    *needs = ok ? arena_copy(&turn->batch->arena, buf_span(list), &ok) : *needs;
    turn->failed |= !ok;
    return SAGA_OK;
}

/* May a step be registered newly or begin again? Not after the commit, beyond the saga's budget, or
 * without room in its memory. */
static enum saga_error check_new(const struct turn *turn, const struct open_request *request,
                                 struct open_reply *reply, const char **why)
{
    const struct saga *saga = turn->saga;
    size_t size = request->input.size + request->calls.form.size + request->calls.inputs.size;
    int64_t limit = saga->definition->cost_max_micros;
    PRE(saga->cost_micros >= saga->undo_cost_micros);
    if (open_is_committed(saga)) {
        *why = "the saga is committed";
        return SAGA_CONFLICT;
    }
    if (limit > 0 && saga->cost_micros - saga->undo_cost_micros > limit) {
        *why = "the saga has spent its budget";
        reply->code = "budget_exceeded";
        return SAGA_CONFLICT;
    }
    if (!room_to_start(saga) || !room_for(saga, 2 * size)) {
        *why = "the saga holds too much for another step";
        return SAGA_TOO_LARGE;
    }
    return SAGA_OK;
}

static void write_step(struct turn *turn, const struct step *step,
                       const struct open_request *request, struct span needs)
{
    struct record record = {.type = RECORD_STEP_REGISTERED,
                            .kind = TASK_DO,
                            .run = step ? step->calls[0].run + 1 : 1,
                            .actor = request->actor,
                            .input = request->input,
                            .details = request->calls.inputs,
                            .form = request->calls.form,
                            .steps = needs};
    PRE(request->verb == OPEN_REGISTER);
    if (step) {
        record.fields = 1;
        record.step = step->index;
    } else {
        record.name = request->step;
    }
    turn_emit(turn, &record);
}

/* Answers for a step that was registered before. SAGA_OK with reply->state NONE: the step has
 * failed, and begins again under its next key. */
static enum saga_error again(struct turn *turn, struct step *step,
                             const struct open_request *request, struct span needs,
                             struct open_reply *reply)
{
    PRE(step->saga == turn->saga);
    bool is_decided = step->state == STEP_STATE_RESOLVED;
    if (step->state == STEP_STATE_FAILED) {
        return SAGA_OK;
    }
    if (!is_decided && !is_same_request(turn, step, request, needs)) {
        return SAGA_IDEMPOTENCY_CONFLICT;
    }
    bool is_open = step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_IN_DOUBT;
    reply->state = is_open ? OPEN_STATE_OPEN : OPEN_STATE_DONE;
    reply->key = step->calls[0].key;
    if (!is_open) {
        reply->output = step->output.size > 0 ? step->output : MP_NIL_VALUE;
    }
    return SAGA_OK;
}

enum saga_error open_register(struct turn *turn, const struct open_request *request,
                              struct open_reply *reply, const char **why)
{
    PRE(request->verb == OPEN_REGISTER);
    const struct saga *saga = turn->saga;
    struct span needs;
    if (open_goes_back(saga) || saga->paused || saga->state == SAGA_STATE_TERMINATED) {
        *why = saga->paused && !open_goes_back(saga) ? "the saga is paused" : open_why_over(saga);
        return SAGA_CONFLICT;
    }
    PRE(names_is_step(request->step));
    int32_t index = saga_step_named(saga, request->step);
    struct step *step = index >= 0 ? saga_step(saga, (uint32_t)index) : NULL;
    enum saga_error rc = find_needs(turn, request, &needs, why);
    if (rc == SAGA_OK && step) {
        rc = again(turn, step, request, needs, reply);
    }
    if (rc == SAGA_IDEMPOTENCY_CONFLICT) {
        *why = "the step was registered with another input, compensation, confirmation or needs";
    }
    if (rc != SAGA_OK || reply->state != OPEN_STATE_NONE) {
        return rc;
    }
    if (!step && saga->definition->step_count >= LIMIT_STEPS) {
        *why = "a saga has at most 1000 steps";
        return SAGA_INVALID;
    }
    if (step && open_needs_itself(saga, step->index, needs)) {
        *why = "it would need itself, by way of the steps that it needs";
        return SAGA_INVALID;
    }
    rc = check_new(turn, request, reply, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    write_step(turn, step, request, needs);
    if (!turn->failed) {
        index = saga_step_named(saga, request->step);
        CHECK(index >= 0);
        reply->state = OPEN_STATE_NEW;
        reply->key = saga_step(saga, (uint32_t)index)->calls[0].key;
    }
    return SAGA_OK;
}
