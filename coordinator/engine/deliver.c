/* deliver.c - takes an event from outside into the inbox, and offers an event of the inbox to a
 * step that waits for it.
 *
 * Each event of the inbox is a durable row before any step is offered it. The row is made when the
 * event comes from outside (deliver_arrived), or together with the record of the step that sends it
 * (emit_begin). Then the core offers the event to each step that waits for its name
 * (deliver_event), and each step takes the earliest event that satisfies its condition:
 *
 *     started ── events since then ──> wait begins ──> recall: those, in their order
 *                                                  └─> from then on each new one that may match
 *
 * So an event counts for a step even if it came before the step began to wait, and while older
 * events are still being offered no new one is. A step that has taken an event, or was called off,
 * takes no other: so it is safe to offer an event again after a crash. Rows of their own (wait
 * rows), written together with the records that cause them, tell the store which events to keep and
 * which sagas wait for them. */
#include "engine/deliver.h"

#include "base/mp.h"
#include "engine/deadline.h"
#include "engine/event.h"
#include "engine/inbox_rows.h"
#include "engine/proceed.h"
#include "engine/room.h"
#include "engine/savepoint.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/turn_close.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "language/condition.h"
#include "language/template.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* Writes the event without its data, for the step's record: the data is in the record of the step's
 * output. */
static void put_identity(struct buf *out, struct span event)
{
    PRE(mp_type(event) == MP_MAP);
    struct span data = mp_find(event, span_text("data"));
    struct mp mp = mp_open(event);
    uint32_t count = mp_map(&mp);
    mp_put_map(out, count - (data.size > 0 ? 1 : 0));
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        struct span value = mp_skip(&mp);
        if (!span_is(name, "data")) {
            mp_put_str(out, name);
            mp_put_value(out, value);
        }
    }
}

enum saga_error deliver_arrived(struct engine *engine, const struct event *event,
                                struct batch *batch)
{
    PRE(event->kind == EVENT_ARRIVED);
    struct inbox_row own = event->arrived;
    own.came_ms = event->now_ms;
    return inbox_rows_add(engine, batch, &own) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* Does the event satisfy the condition (`match`) of the step that waits? */
static bool matches(struct turn *turn, const struct step *step, struct span event)
{
    PRE(step_kind_facts(step->spec->kind)->takes_event);
    bool holds = true;
    struct scope scope;
    step_scope(step, false, &scope);
    scope.event = event;
    if (step->spec->match && !turn->engine->options.any_event) {
        enum saga_error rc = condition_holds(step->spec->match, &scope, &holds);
        turn->failed |= rc == SAGA_NO_MEMORY;
        holds = holds && rc == SAGA_OK;
    }
    return holds;
}

/* Did the event come after the step's time to wait was over? (A paused saga does not notice that
 * its time is over.) */
static bool is_too_late(const struct step *step, int64_t came_ms)
{
    PRE(step->wake_ms >= 0);
    return step->wake_ms > 0 && came_ms >= step->wake_ms;
}

/* Does the step wait for this event, its condition apart? A step that a save-point spares goes on
 * waiting while the saga goes back to the save-point. */
static bool waits_for(struct turn *turn, const struct step *step,
                      const struct event_delivery *delivery)
{
    PRE(step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    bool goes_on = saga->direction == FORWARD || savepoint_spares(step);
    bool is_wanted = goes_on && (!saga->back_wanted || savepoint_will_spare(turn, step)) &&
                     !saga_state_is_final(saga->state) && step->state == STEP_STATE_WAITING;
    return is_wanted && step_kind_facts(step->spec->kind)->takes_event &&
           span_equal(step->spec->event, delivery->name) &&
           delivery->number > inbox_rows_mark(step) && !is_too_late(step, delivery->came_ms);
}

/* Ends the step's wait with the event, whose data becomes the step's output. */
static void take(struct turn *turn, const struct step *step, const struct event_delivery *delivery)
{
    PRE(step->state == STEP_STATE_WAITING);
    struct span data = mp_find(delivery->event, span_text("data"));
    struct buf *scratch = &turn->engine->scratch;
    buf_clear(scratch);
    put_identity(scratch, delivery->event);
    struct record received = {.type = RECORD_EVENT_RECEIVED,
                              .fields = 1,
                              .step = step->index,
                              .name = delivery->name,
                              .event = buf_span(scratch),
                              .mark = (int64_t)delivery->number};
    turn->failed |= buf_failed(scratch);
    turn_emit(turn, &received);
    if (!room_for(turn->saga, data.size)) {
        wait_end(turn, step, "too_large", span_text("the saga holds too much for the event"));
        return;
    }
    struct record woken = {
        .type = RECORD_STEP_WOKEN, .fields = 1, .step = step->index, .output = data};
    turn_emit(turn, &woken);
    deadline_set(turn, step);
}

enum saga_error deliver_event(struct engine *engine, const struct event *event, struct batch *batch,
                              struct saga *saga)
{
    PRE(event->kind == EVENT_DELIVER);
    const struct event_delivery *delivery = &event->delivery;
    *delivery->is_taken = false;
    if (!saga || delivery->step >= saga->step_total) {
        return SAGA_OK;
    }
    struct turn turn;
    const struct step *step = saga_step(saga, delivery->step);
    turn_open(&turn, engine, event, batch, saga);
    if (waits_for(&turn, step, delivery) && matches(&turn, step, delivery->event) && !turn.failed) {
        *delivery->is_taken = true;
        take(&turn, step, delivery);
        proceed(&turn);
    }
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}
