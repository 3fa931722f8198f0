/* child.c - steps that are sagas themselves.
 *
 *     pending -> waiting -> succeeded     the child has completed
 *                        -> failed        it was compensated, terminated, or cannot be started
 *
 * Parent and child are two sagas with a journal each. What one wants of the other is an effect,
 * which becomes an event once it is durable. Nothing of that is remembered: what is wanted of a
 * child follows from the parent's state, and is asked again after a restart; what a parent hears
 * follows from the child's state, and is said again when it asks. A child's id is made of its
 * parent's, so that both always find each other and a child is started once. While a child is at
 * work its parent may sleep (leave.c): a child that has ended is not done before its parent has
 * heard.
 *
 *     the parent's step is                  so the child shall      and answers
 *     waiting, the saga goes forward        begin, or be there      when it has ended or parked
 *     waiting, but called off               turn back               the same
 *     succeeded, its undo is running        be reversed             the same
 *
 * A child past its pivot does not turn back: it completes, and is reversed then. */
#include "engine/kinds/child.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/budget.h"
#include "engine/deadline.h"
#include "engine/failure.h"
#include "engine/input.h"
#include "engine/pivot.h"
#include "engine/room.h"
#include "engine/state.h"
#include "engine/trace.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/calls.h"
#include "saga/child_state.h"
#include "saga/keys.h"
#include "saga/steps.h"

enum { AGAIN_MS = 1000, KEY_ROOM = 24 }; /* "/", "[9999]", "~9999" and "/confirm" in a key */

#define PARENT_PREFIX "saga:"

/* ---- the parent ---- */

void child_was_left_alone(struct step *step)
{
    if (child_is_watched(step)) {
        step->live.watch =
            (struct child_watch){.has_asked = true, .wish = CHILD_START, .is_there = true};
    }
}

/* One that has ended stays ended: a child begins under the next key. */
static void begin_next(struct turn *turn, struct step *step, struct span input)
{
    struct call *call = step_call(step, TASK_DO);
    int64_t close_ms = step->spec->action.timeouts.schedule_to_close_ms;
    struct record record = {.type = RECORD_STEP_WAITING,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_DO,
                            .run = call->run + 1,
                            .code = span_text("saga"),
                            .due_ms = close_ms > 0 ? turn->now_ms + close_ms : 0,
                            .input = input};
    step->live.watch = (struct child_watch){0};
    turn_emit(turn, &record);
    child_watch(turn, step);
}

void child_begin(struct turn *turn, struct step *step)
{
    struct span input;
    if (input_fill(turn, step, &input)) {
        begin_next(turn, step, input);
    }
}

void child_retry(struct turn *turn, struct step *step)
{
    struct call *call = step_call(step, TASK_DO);
    if (room_to_start(turn->saga)) {
        begin_next(turn, step, input_again(call));
        return;
    }
    struct failure failure = {.code = span_text("too_large"),
                              .message = span_text("the saga holds too much"),
                              .refused = true,
                              .retry_after_ms = -1};
    call_fail(turn, call, &failure);
}

static struct span reason_text(const struct saga *saga, const char *key)
{
    struct span value = mp_find(saga->reason, span_text(key));
    struct mp mp = mp_open(value);
    return mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
}

static void fill_start(struct turn *turn, const struct step *step, struct child_ask *ask)
{
    const struct saga *saga = turn->saga;
    uint8_t *trace = arena_take(&turn->batch->arena, TRACE_PARENT_SIZE);
    bool ok = trace != NULL;
    struct buf *actor = &turn->engine->scratch;
    buf_clear(actor);
    buf_text(actor, PARENT_PREFIX);
    buf_write(actor, saga->name.data, saga->name.size);
    ask->start =
        (struct start_request){.name = step->child,
                               .input = step->calls[0].input,
                               .labels = saga->labels,
                               .tracestate = saga->tracestate,
                               .actor = arena_copy(&turn->batch->arena, buf_span(actor), &ok),
                               .is_child = true,
                               .shares_claim = saga->shares_claim || saga->claim_text.size > 0};
    turn->failed |= !ok || buf_failed(actor);
    if (ok) {
        trace_child(saga, step, trace);
        ask->start.traceparent = span_of(trace, TRACE_PARENT_SIZE);
        digest_pair(step->spec->child, ask->start.input, ask->start.digest);
    }
}

static struct span why_back(const struct turn *turn, const struct step *step)
{
    const struct saga *saga = turn->saga;
    struct span why =
        saga->direction == BACKWARD ? reason_text(saga, "message") : saga->back_message;
    if (child_state_limit_ms(step) <= turn->now_ms) {
        why = span_text("it did not end in time");
    }
    return why.size > 0 ? why : span_text("the parent turns back");
}

static void ask_child(struct turn *turn, const struct step *step, enum child_wish wish)
{
    struct child_ask *ask = ARENA_NEW(&turn->batch->arena, struct child_ask);
    struct effect *effect = turn_effect(turn, EFFECT_CHILD);
    if (!effect || !ask) {
        turn->failed = true;
        return;
    }
    *ask = (struct child_ask){.wish = wish,
                              .definition = step->spec->child,
                              .version = step->spec->child_version,
                              .reason = why_back(turn, step)};
    fill_start(turn, step, ask);
    effect->child = ask;
}

void child_watch(struct turn *turn, struct step *step)
{
    struct child_watch *watch = &step->live.watch;
    enum child_wish wish;
    watch->called_off |= child_state_limit_ms(step) <= turn->now_ms;
    if (turn->failed || !child_state_wants(step, &wish)) {
        return;
    }
    bool asked = watch->has_asked && watch->wish == wish;
    bool again = watch->again_ms > 0 && watch->again_ms <= turn->now_ms;
    if (asked && !again) {
        return;
    }
    watch->has_asked = true;
    watch->wish = wish;
    watch->again_ms = 0;
    ask_child(turn, step, wish);
}

/* The end of a child that was waited for. */
static void do_ended(struct turn *turn, struct step *step, const struct child_end *end)
{
    bool done = end->state == SAGA_STATE_COMPLETED;
    bool fits = room_for(turn->saga, end->output.size);
    struct record record = {.type = RECORD_STEP_WOKEN,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_DO,
                            .code = done ? (struct span){NULL, 0} : end->code,
                            .message = done ? (struct span){NULL, 0} : end->message,
                            .output = done && fits ? end->output : (struct span){NULL, 0},
                            .cost_micros = end->cost_micros};
    if (!done && record.code.size == 0) {
        record.code = span_text("failed");
    }
    if (!done && child_state_limit_ms(step) <= turn->now_ms && span_is(record.code, "cancelled")) {
        record.code = span_text("schedule_to_close");
        record.message = span_text("the child did not end in time");
    }
    turn_emit(turn, &record);
    if (done) {
        pivot_keep_forward(turn, step);
        deadline_set(turn, step);
    }
    if (done && !fits) {
        turn_alert(turn, step, "output_too_large"); /* null stands for it */
    }
}

/* The end of a reversal. A person who terminated the child has settled this step with it. */
static void undo_ended(struct turn *turn, struct step *step, const struct child_end *end)
{
    struct call *undo = step_call(step, TASK_UNDO);
    struct record record = {.type = RECORD_TASK_SUCCEEDED,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_UNDO,
                            .run = undo->run,
                            .attempt = undo->newest->number,
                            .cost_micros = end->undo_cost_micros};
    if (end->state == SAGA_STATE_COMPLETED) {
        step->live.watch.has_asked =
            false; /* it was on its way back already, in part: now all of it */
    } else if (end->state == SAGA_STATE_COMPENSATED) {
        step->live.undo_due_ms = 0;
        turn_emit(turn, &record);
        budget_watch_undo(turn, step, end->undo_cost_micros);
    } else if (end->state == SAGA_STATE_TERMINATED) {
        struct record settled = {.type = RECORD_STEP_RESOLVED,
                                 .fields = 1,
                                 .step = step->index,
                                 .code = span_text("written_off"),
                                 .actor = end->actor,
                                 .reason = end->message};
        turn_emit(turn, &settled);
    } else {
        struct failure failure = {.attempt = undo->newest,
                                  .code = end->code,
                                  .message = end->message,
                                  .refused = true,
                                  .retry_after_ms = -1};
        call_fail(turn, undo, &failure);
    }
}

/* Said once: who looks at the parent shall see where it waits. */
static void child_parked(struct turn *turn, struct step *step, const struct child_end *end)
{
    bool undo = step->state != STEP_STATE_WAITING;
    if (span_is(undo ? step->undo_code : step->code, "child_parked")) {
        return;
    }
    struct record record = {.type = RECORD_STEP_WAITING,
                            .fields = 1,
                            .step = step->index,
                            .kind = undo ? TASK_UNDO : TASK_DO,
                            .run = step_call(step, undo ? TASK_UNDO : TASK_DO)->run,
                            .code = end->code,
                            .message = end->message};
    turn_emit(turn, &record);
}

void child_ended(struct turn *turn, const struct child_end *end)
{
    struct saga *saga = turn->saga;
    struct step *step = NULL;
    for (uint32_t i = 0; i < saga->step_total && !step; i++) {
        struct step *other = saga_step(saga, i);
        step = child_is_watched(other) && span_equal(other->child, end->child) ? other : NULL;
    }
    bool moves = end->state == SAGA_STATE_RUNNING || end->state == SAGA_STATE_COMPENSATING;
    if (!step || moves) {
        return; /* nobody waits for it: settled by a person, or heard before */
    }
    if (end->is_busy) {
        step->live.watch.again_ms = turn->now_ms + AGAIN_MS;
    } else if (end->state == SAGA_STATE_PARKED) {
        child_parked(turn, step, end);
        step->live.watch.is_there = true;
    } else if (step->state == STEP_STATE_WAITING) {
        do_ended(turn, step, end);
    } else {
        undo_ended(turn, step, end);
    }
}

/* ---- the child ---- */

/* How deep below a saga that is nobody's child. */
static uint32_t depth_of(struct span name)
{
    uint32_t depth = 0;
    for (name = saga_parent_name(name); name.size > 0; name = saga_parent_name(name)) {
        depth++;
    }
    return depth;
}

static size_t longest_step(const struct definition *definition)
{
    size_t size = 0;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        size_t other = definition->steps[i].name.size;
        size = other > size ? other : size;
    }
    return size;
}

const char *child_refusal(const struct child_ask *ask, const char **message)
{
    const struct definition *definition = ask->start.definition;
    *message = NULL;
    switch (ask->wish) {
    case CHILD_BACK:
        *message = "the child had not been started";
        return "cancelled";
    case CHILD_REVERSE:
        *message = "there is no such child";
        return "child_not_found";
    case CHILD_START:
        break;
    }
    if (!definition) {
        *message = "there is no definition of the child's name and version";
        return "unknown_definition";
    }
    if (depth_of(ask->start.name) > LIMIT_CHILD_DEPTH) {
        *message = "children of children are 16 deep already";
        return "child_too_deep";
    }
    if (ask->start.name.size + longest_step(definition) + KEY_ROOM > LIMIT_KEY) {
        *message = "the child's id would be too long for the keys of its steps";
        return "child_id_too_long";
    }
    return NULL;
}

static bool copy_end(struct batch *batch, struct child_end *end)
{
    struct span *texts[] = {&end->parent,  &end->child, &end->code,
                            &end->message, &end->actor, &end->output};
    bool ok = true;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(&batch->arena, *texts[i], &ok);
    }
    return ok;
}

/* A final child may leave memory before the batch is released: all of it is copied. */
static bool say(struct batch *batch, const struct child_end *end)
{
    struct child_end *own = ARENA_NEW(&batch->arena, struct child_end);
    struct effect *effect = batch_effect(batch, EFFECT_CHILD_END, 0);
    if (!own || !effect) {
        return false;
    }
    *own = *end;
    effect->child_end = own;
    return copy_end(batch, own);
}

bool child_tell_none(struct batch *batch, const struct child_ask *ask, const char *code,
                     const char *message)
{
    struct child_end end = {
        .parent = saga_parent_name(ask->start.name), .child = ask->start.name, .is_busy = !code};
    if (code) {
        end.code = span_text(code);
        end.message = span_text(message);
    }
    return say(batch, &end);
}

static bool is_of_parent(struct span actor, struct span parent)
{
    size_t size = strlen(PARENT_PREFIX);
    return actor.size == size + parent.size && memcmp(actor.data, PARENT_PREFIX, size) == 0 &&
           span_equal(span_of(actor.data + size, parent.size), parent);
}

static void tell(struct turn *turn, struct span parent)
{
    const struct saga *saga = turn->saga;
    struct child_end end = {.parent = parent,
                            .child = saga->name,
                            .state = saga->state,
                            .cost_micros = saga->cost_micros,
                            .undo_cost_micros = saga->undo_cost_micros};
    if (saga->state == SAGA_STATE_COMPLETED) {
        end.output = saga->output;
    } else if (saga->state == SAGA_STATE_TERMINATED) {
        end.code = span_text("terminated");
        end.message = saga->end_reason;
        end.actor = saga->end_actor;
    } else if (saga->state == SAGA_STATE_PARKED) {
        end.code = span_text("child_parked");
        end.message = span_text("the child is parked: a person must act there");
    } else if (saga->state == SAGA_STATE_COMPENSATED) {
        bool by_parent = is_of_parent(reason_text(saga, "actor"), parent);
        end.code = by_parent ? span_text("cancelled") : reason_text(saga, "code");
        end.message = reason_text(saga, "message");
    }
    turn->failed |= !say(turn->batch, &end);
}

static bool has_news(const struct saga *saga)
{
    return saga_state_is_final(saga->state) || saga->state == SAGA_STATE_PARKED;
}

void child_has_begun(struct saga *parent, const struct saga *child)
{
    for (uint32_t i = 0; i < parent->step_total && !has_news(child); i++) {
        struct step *step = saga_step(parent, i);
        step->live.watch.is_there |= child_is_watched(step) && span_equal(step->child, child->name);
    }
}

bool child_owes_its_end(const struct saga *saga)
{
    return saga_state_is_final(saga->state) && saga_parent_name(saga->name).size > 0;
}

void child_tell(struct turn *turn)
{
    turn->saga->live.is_untold = false;
    struct span parent = saga_parent_name(turn->saga->name);
    if (parent.size > 0 && has_news(turn->saga)) {
        tell(turn, parent);
    }
}

static void send_child_back(struct turn *turn, const struct child_ask *ask, enum verb verb)
{
    struct record record = {
        .type = RECORD_OPERATOR, .verb = verb, .actor = ask->start.actor, .reason = ask->reason};
    turn_emit(turn, &record);
    if (verb == VERB_REVERSE) {
        struct record back = {.type = RECORD_SAGA_COMPENSATING,
                              .code = span_text("reverse"),
                              .message = ask->reason,
                              .actor = ask->start.actor};
        claims_reverse(turn, &back);
    }
}

/* It goes forward, or will again after a save-point, and nobody has said that all of it is to turn
 * back. */
static bool is_ahead(const struct saga *saga)
{
    bool ahead = saga->direction == FORWARD || saga->save_point > 0;
    bool goes_back = saga->back_wanted && saga->back_to == 0;
    return ahead && !goes_back && !saga_state_is_final(saga->state);
}

void child_obey(struct turn *turn, const struct child_ask *ask)
{
    struct saga *saga = turn->saga;
    if (ask->wish == CHILD_BACK && is_ahead(saga) && !pivot_has_succeeded(saga)) {
        send_child_back(turn, ask, VERB_ROLLBACK);
    } else if (ask->wish == CHILD_REVERSE && saga->state == SAGA_STATE_COMPLETED) {
        if (!claims_wait(saga)) {
            send_child_back(turn, ask, VERB_REVERSE);
        }
    } else {
        child_tell(turn);
    }
}
