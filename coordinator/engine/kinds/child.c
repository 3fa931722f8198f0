/* child.c - the kind of step that is a saga itself: what the parent saga does about its child saga.
 *
 *     pending -> waiting -> succeeded     the child has completed
 *                        -> failed        it was compensated, terminated, or cannot be started
 *
 * Parent and child are two sagas with a journal each. What one asks or tells the other is an
 * effect, which becomes an event for the other once its batch is durable. No record says what was
 * asked or told: what is wanted of a child follows from the parent's state, and is asked again
 * after a restart; what a parent is told follows from the child's state, and is told again when the
 * parent asks. The child's id is made of its parent's, so that each always finds the other and a
 * child is started only once. While a child is at work its parent may sleep outside of memory
 * (leave.c): a child that has ended may not leave memory before its parent has been told.
 *
 *     the parent's step is                  so the child shall      and answers
 *     waiting, the saga goes forward        begin, or be there      when it has ended or parked
 *     waiting, but called off               go back                 the same
 *     succeeded, its undo is running        be reversed             the same
 *
 * A child past its pivot does not go back when asked: it completes first, and is reversed then. */
#include "engine/kinds/child.h"

#include "base/digest.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/budget.h"
#include "engine/child_ask.h"
#include "engine/child_end.h"
#include "engine/deadline.h"
#include "engine/effect.h"
#include "engine/failure.h"
#include "engine/input.h"
#include "engine/kinds/child_answer.h"
#include "engine/pivot.h"
#include "engine/room.h"
#include "engine/savepoint.h"
#include "engine/state.h"
#include "engine/trace.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/child_state.h"
#include "saga/reason.h"
#include "saga/saga.h"

enum { AGAIN_MS = 1000 };

void child_was_left_alone(struct step *step)
{
    PRE(step->saga->live.asleep.due_ms > 0);
    enum child_wish wish = CHILD_START;
    if (child_state_wants(step, &wish)) {
        step->live.watch = (struct child_watch){.has_asked = true, .wish = wish, .is_there = true};
    }
}

/* Asks for a new child under the next key: a child that has ended is never started again. */
static void begin_next(struct turn *turn, struct step *step, struct span input)
{
    PRE(step_kind_facts(step->spec->kind)->has_child);
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
    PRE(step->state == STEP_STATE_PENDING);
    struct span input;
    if (input_fill(turn, step, &input)) {
        begin_next(turn, step, input);
    }
}

void child_retry(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_RETRYING);
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

/* Fills in the request that starts the child: its id, input and trace follow from the parent's
 * state. */
static void fill_start(struct turn *turn, const struct step *step, struct child_ask *ask)
{
    PRE(step->child.size > 0);
    const struct saga *saga = turn->saga;
    uint8_t *trace = arena_take(&turn->batch->arena, TRACE_PARENT_SIZE);
    bool ok = trace != NULL;
    struct buf *actor = &turn->engine->scratch;
    buf_clear(actor);
    buf_text(actor, CHILD_PARENT_PREFIX);
    buf_write(actor, saga->name.data, saga->name.size);
    ask->start =
        (struct start_request){.name = step->child,
                               .input = step->calls[0].input,
                               .labels = saga->labels,
                               .tracestate = saga->tracestate,
                               .actor = arena_copy(&turn->batch->arena, buf_span(actor), &ok),
                               .is_child = true,
                               .shares_lock = saga->shares_lock || saga->lock_text.size > 0};
    turn->failed |= !ok || buf_failed(actor);
    if (ok) {
        trace_child(saga, step, trace);
        ask->start.traceparent = span_of(trace, TRACE_PARENT_SIZE);
        digest_pair(step->spec->child, ask->start.input, ask->start.digest);
    }
}

/* Why the child shall go back, as a text for the child's journal. */
static struct span why_back(const struct turn *turn, const struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    struct span why =
        saga->direction == BACKWARD ? saga_reason_text(saga, "message") : saga->back_message;
    if (child_state_limit_ms(step) <= turn->now_ms) {
        why = span_text("it did not end in time");
    }
    return why.size > 0 ? why : span_text("the parent turns back");
}

static struct span why(const struct turn *turn, const struct step *step, enum child_wish wish)
{
    switch (wish) {
    case CHILD_START:
        return span_text("the parent goes on");
    case CHILD_PAUSE:
        return span_text("the parent is paused");
    case CHILD_BACK:
    case CHILD_REVERSE:
        break;
    }
    CHECK(wish == CHILD_BACK || wish == CHILD_REVERSE);
    return why_back(turn, step);
}

static void ask_child(struct turn *turn, const struct step *step, enum child_wish wish)
{
    PRE(child_is_watched(step));
    struct child_ask *ask = ARENA_NEW(&turn->batch->arena, struct child_ask);
    struct effect *effect = turn_effect(turn, EFFECT_CHILD);
    if (!effect || !ask) {
        turn->failed = true;
        return;
    }
    *ask = (struct child_ask){.wish = wish,
                              .definition = step->spec->child,
                              .version = step->spec->child_version,
                              .reason = why(turn, step, wish)};
    fill_start(turn, step, ask);
    effect->child = ask;
}

static void note(struct turn *turn, struct step *step, struct span code, struct span message)
{
    PRE(code.size > 0);
    bool undo = step->state != STEP_STATE_WAITING;
    struct record record = {.type = RECORD_STEP_WAITING,
                            .fields = 1,
                            .step = step->index,
                            .kind = undo ? TASK_UNDO : TASK_DO,
                            .run = step_call(step, undo ? TASK_UNDO : TASK_DO)->run,
                            .code = code,
                            .message = message};
    turn_emit(turn, &record);
}

/* Notes that the step's child is not parked any more; a parent that was parked because of that goes
 * on. */
static void child_goes_on(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    if (!child_is_parked(step)) {
        return;
    }
    note(turn, step, span_text("child_goes_on"), (struct span){NULL, 0});
    if (saga->state != SAGA_STATE_PARKED) {
        return;
    }
    bool back = saga->direction == BACKWARD;
    struct record record = {.type = back ? RECORD_SAGA_COMPENSATING : RECORD_SAGA_RESUMED,
                            .code = span_text("result")};
    if (back) {
        savepoint_goes_on(saga, &record);
    }
    turn_emit(turn, &record);
}

void child_watch(struct turn *turn, struct step *step)
{
    struct child_watch *watch = &step->live.watch;
    PRE(watch->again_ms >= 0);
    enum child_wish wish = CHILD_START;
    watch->called_off |= !turn->saga->paused && child_state_limit_ms(step) <= turn->now_ms;
    if (turn->failed || !child_state_wants(step, &wish)) {
        return;
    }
    bool asked = watch->has_asked && watch->wish == wish;
    bool again = watch->again_ms > 0 && watch->again_ms <= turn->now_ms;
    if (asked && !again) {
        return;
    }
    bool turns = wish == CHILD_BACK || wish == CHILD_REVERSE;
    if (watch->has_asked && !asked && turns) {
        /* the child counts as going on until its answer says whether it does */
        child_goes_on(turn, step);
    }
    watch->has_asked = true;
    watch->wish = wish;
    watch->again_ms = 0;
    ask_child(turn, step, wish);
}

/* Ends the step's wait with the end of its child. */
static void do_ended(struct turn *turn, struct step *step, const struct child_end *end)
{
    PRE(step->state == STEP_STATE_WAITING);
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
        /* the saga had no room for the child's output: null stands for it */
        turn_alert(turn, step, "output_too_large");
    }
}

/* Takes the end of the child's reversal, which is the undo of the parent's step. If a person
 * terminated the child, this step is settled as written off too. */
static void undo_ended(struct turn *turn, struct step *step, const struct child_end *end)
{
    struct call *undo = step_call(step, TASK_UNDO);
    PRE(step->undo_state == UNDO_STATE_RUNNING);
    struct record record = {.type = RECORD_TASK_SUCCEEDED,
                            .fields = 1,
                            .step = step->index,
                            .kind = TASK_UNDO,
                            .run = undo->run,
                            .attempt = undo->newest->number,
                            .cost_micros = end->undo_cost_micros};
    if (end->state == SAGA_STATE_COMPLETED) {
        /* The child was going back in part only when the parent asked: now the parent asks for all
         * of it to be undone. */
        step->live.watch.has_asked = false;
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

/* Writes, once, that the step's child is parked, so that a person who looks at the parent sees what
 * it waits for. */
static void child_parked(struct turn *turn, struct step *step, struct span message)
{
    PRE(step->child.size > 0);
    if (!child_is_parked(step)) {
        note(turn, step, span_text("child_parked"), message);
    }
}

void child_ended(struct turn *turn, const struct child_end *end)
{
    struct saga *saga = turn->saga;
    struct step *step = NULL;
    for (uint32_t i = 0; i < saga->step_total && !step; i++) {
        struct step *other = saga_step(saga, i);
        step = child_is_watched(other) && span_equal(other->child, end->child) ? other : NULL;
    }
    if (!step) {
        /* no step waits for this child: a person has settled the step, or this was told before */
        return;
    }
    CHECK(child_is_watched(step));
    if (end->is_busy) {
        step->live.watch.again_ms = turn->now_ms + AGAIN_MS;
        return;
    }
    if (end->state == SAGA_STATE_PARKED) {
        child_parked(turn, step, end->message);
        step->live.watch.is_there = true;
        return;
    }
    bool has_not_begun = step->state != STEP_STATE_WAITING && end->state == SAGA_STATE_COMPLETED;
    if (has_not_begun && step->live.watch.wish == CHILD_PAUSE) {
        return; /* the child is completed, and is asked to be reversed when the parent is resumed */
    }
    child_goes_on(turn, step);
    if (end->state == SAGA_STATE_RUNNING || end->state == SAGA_STATE_COMPENSATING) {
        return;
    }
    if (step->state == STEP_STATE_WAITING) {
        do_ended(turn, step, end);
    } else {
        undo_ended(turn, step, end);
    }
}

void child_has_begun(struct saga *parent, const struct saga *child)
{
    PRE(parent != child);
    for (uint32_t i = 0; i < parent->step_total && !state_is_settled(child->state); i++) {
        struct step *step = saga_step(parent, i);
        step->live.watch.is_there |= child_is_watched(step) && span_equal(step->child, child->name);
    }
}
