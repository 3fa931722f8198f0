/* verb_back.c - the verbs by which a person undoes a saga: rollback of one that runs, reverse of a
 * completed one. */
#include "engine/verb_back.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/locks.h"
#include "engine/plan.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "journal/record.h"
#include "saga/keys.h"
#include "saga/open.h"
#include "saga/record_steps.h"
#include "saga/saga.h"

/* Writes the named steps to `out` as a msgpack list; without names `out` stays empty. Errors:
 * SAGA_INVALID with *why. */
static enum saga_error pack_steps(struct turn *turn, const struct span *names, uint32_t count,
                                  struct buf *out, const char **why)
{
    PRE(count == 0 || names);
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

/* Is `name` the name of this step, or of the fan-out that the step is an item of? */
static bool names(struct span name, struct span step)
{
    PRE(step.size > 0);
    bool is_whole = name.size < step.size && step.data[name.size] == '[';
    return span_equal(name, is_whole ? span_of(step.data, name.size) : step);
}

/* Checks the verb against the plan: a digest, if given, must be that of the plan; a completed saga
 * must have something left to undo; and each irrevocable step must be accepted by name. */
static enum saga_error check_plan(struct turn *turn, const struct verb_request *verb,
                                  const char **why)
{
    PRE(turn->seq_before == turn->saga->seq);
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

/* Writes to `out` the steps that the person accepts to keep on the way to a save-point: of the
 * accepted steps those that have succeeded and cannot be undone, for the others need no acceptance.
 */
static enum saga_error pack_spared(struct turn *turn, const struct verb_request *verb,
                                   struct buf *out, const char **why)
{
    PRE(verb->to.size > 0);
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

enum saga_error rollback_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_ROLLBACK);
    struct saga *saga = turn->saga;
    if (saga->state == SAGA_STATE_COMPLETED) {
        *why = "the saga is completed; use reverse";
        return SAGA_CONFLICT;
    }
    /* A rollback without a save-point is allowed also while the saga goes back, or shall go back,
     * to a save-point: then the whole saga goes back instead. */
    bool widens =
        verb->to.size == 0 && (saga->save_point > 0 || (saga->back_wanted && saga->back_to > 0));
    if ((saga->direction == BACKWARD && !widens) || saga_state_is_final(saga->state)) {
        *why = saga_state_is_final(saga->state) ? "the saga has ended"
                                                : "the saga is on its way back already";
        return SAGA_CONFLICT;
    }
    if (open_is_committed(saga)) {
        *why = "the saga is committed";
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
    struct record record = verb_record(verb);
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

/* Writes the verb, and sends the completed saga back: now, or when its concurrency key is free. */
static enum saga_error write_reversal(struct turn *turn, const struct verb_request *verb,
                                      struct buf *steps, const char **why)
{
    struct buf *accept = &turn->engine->scratch;
    struct record said = verb_record(verb);
    enum saga_error rc = pack_steps(turn, verb->steps, verb->steps_count, steps, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = pack_steps(turn, verb->accept, verb->accept_count, accept, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    said.steps = buf_span(steps);
    turn_emit(turn, &said);
    struct record record = {.type = RECORD_SAGA_COMPENSATING,
                            .code = span_text("reverse"),
                            .message = verb->reason,
                            .actor = verb->actor,
                            .flags = verb->steps_count > 0 ? FLAG_PARTIAL : 0u,
                            .steps = buf_span(steps),
                            .accept = buf_span(accept)};
    CHECK(!buf_failed(steps));
    locks_reverse(turn, &record);
    return SAGA_OK;
}

enum saga_error reverse_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_REVERSE);
    if (turn->saga->state != SAGA_STATE_COMPLETED) {
        *why = "only a completed saga can be reversed";
        return SAGA_CONFLICT;
    }
    *why = locks_refuse(turn);
    if (*why) {
        return SAGA_CONFLICT;
    }
    enum saga_error rc = check_plan(turn, verb, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    struct buf steps;
    buf_open(&steps, 8 * (LIMIT_STEPS + LIMIT_ITEMS_ALL));
    rc = write_reversal(turn, verb, &steps, why);
    buf_close(&steps);
    return rc;
}
