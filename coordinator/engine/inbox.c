/* inbox.c - events of the inbox meet sagas.
 *
 * An event is a durable row first. It becomes one when it comes from outside (inbox_arrived), or in
 * the commit of the emit step that sends it (inbox_emit). Then it is offered, by whoever runs the
 * engine, to each step that waits for it, and each step takes the earliest that matches:
 *
 *     started ── events since then ──> wait begins ──> recall: those, in their order
 *                                                  └─> from then on each new one that may match
 *
 * So an event that came before its wait counts, and none is offered in between: while a step is
 * recalled, others wait. A step that has taken an event, or was called off, takes no more: offering
 * one again after a crash changes nothing. What the store must keep, and whom it must find, goes
 * with the records that make it so: wait rows. */
#include "journal/event_value.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/time_text.h"
#include "language/condition_key.h"
#include "engine/turn.h"
#include "base/mp.h"
#include "base/span.h"
#include "language/condition.h"
#include "calendar/time_value.h"

/* ---- what an event looks like ---- */

/* The same without its data, from the whole. */
static void put_identity(struct buf *out, struct span event)
{
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

/* ---- rows ---- */

static struct wait_row *add_wait(struct turn *turn, enum wait_change change, struct span name)
{
    bool ok = true;
    struct wait_row *row = turn->failed ? NULL : batch_wait(turn->batch);
    struct span kept = row ? arena_copy(&turn->batch->arena, name, &ok) : name;
    if (!row || !ok) {
        turn->failed = true;
        return NULL;
    }
    *row = (struct wait_row){.change = change, .saga = turn->saga->id, .name = kept};
    return row;
}

bool inbox_add(struct engine *engine, struct batch *batch, const struct inbox_row *event)
{
    bool ok = true;
    struct inbox_row own = *event;
    struct span *const texts[] = {&own.name, &own.source, &own.id,
                                  &own.saga, &own.cause,  &own.data};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(&batch->arena, *texts[i], &ok);
    }
    struct inbox_row *row = ok ? batch_inbox(batch) : NULL;
    if (!row) {
        return false;
    }
    own.number = ++engine->inbox_last;
    *row = own;
    batch->size += own.data.size;
    return true;
}

enum saga_error inbox_arrived(struct engine *engine, const struct event *event, struct batch *batch)
{
    return inbox_add(engine, batch, &event->arrived) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* ---- who wants what ---- */

/* It has not begun, or begins anew: after the save-point that the saga is on its way to, or when a
 * person retries it. */
static bool will_begin(const struct step *step)
{
    const struct saga *saga = step->saga;
    bool is_parked = step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE;
    bool is_pending = step->state == STEP_STATE_PENDING || is_parked;
    if (saga->direction == BACKWARD) {
        return saga->save_point > 0 && (step->chosen || is_pending);
    }
    return is_pending;
}

/* A step that has not begun will wait for it, if the saga goes on as it does. */
static bool will_wait(const struct saga *saga, struct span name)
{
    if (saga_state_is_final(saga->state)) {
        return false;
    }
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        if (step->spec->kind == STEP_KIND_WAIT_EVENT && will_begin(step) &&
            span_equal(step->spec->event, name)) {
            return true;
        }
    }
    return false;
}

/* Room for all names that the definition has; it may be another one than before. */
static bool reserve_wants(struct saga *saga)
{
    uint32_t needed = saga->definition->event_name_count;
    if (needed <= saga->want_capacity) {
        return true;
    }
    struct span *names = arena_take(&saga->arena, needed * sizeof(*names));
    if (!names) {
        return false;
    }
    for (uint32_t i = 0; i < saga->want_count; i++) {
        names[i] = saga->wants[i];
    }
    saga->wants = names;
    saga->want_capacity = needed;
    return true;
}

static bool is_wanted(const struct saga *saga, struct span name)
{
    for (uint32_t i = 0; i < saga->want_count; i++) {
        if (span_equal(saga->wants[i], name)) {
            return true;
        }
    }
    return false;
}

bool inbox_note_wants(struct saga *saga)
{
    if (!reserve_wants(saga)) {
        return false;
    }
    saga->want_count = 0;
    for (uint32_t i = 0; i < saga->definition->event_name_count; i++) {
        if (will_wait(saga, saga->definition->event_names[i])) {
            saga->wants[saga->want_count++] = saga->definition->event_names[i];
        }
    }
    return true;
}

bool inbox_tell_wants(struct turn *turn)
{
    struct saga *saga = turn->saga;
    for (uint32_t i = 0; i < saga->want_count; i++) {
        if (!will_wait(saga, saga->wants[i])) {
            (void)add_wait(turn, WAIT_UNWANTED, saga->wants[i]);
        }
    }
    for (uint32_t i = 0; i < saga->definition->event_name_count; i++) {
        struct span name = saga->definition->event_names[i];
        if (!is_wanted(saga, name) && will_wait(saga, name)) {
            struct wait_row *row = add_wait(turn, WAIT_WANTED, name);
            uint64_t mark = (uint64_t)saga->event_mark;
            if (row) {
                row->mark = mark;
            }
        }
    }
    turn->failed |= !turn->failed && !inbox_note_wants(saga);
    return !turn->failed;
}

void inbox_forget(struct turn *turn, const struct step *step)
{
    struct wait_row *row = add_wait(turn, WAIT_ENDED, step->spec->event);
    if (row) {
        row->step = step->index;
    }
}

/* ---- waiting ---- */

static uint64_t mark_of(const struct step *step)
{
    int64_t of_saga = step->saga->event_mark;
    return (uint64_t)(step->event_mark > of_saga ? step->event_mark : of_saga);
}

/* Where in an event the value must stand that is known already; without it the event of each saga
 * would be offered to all. */
static void set_key(struct turn *turn, const struct step *step, struct wait_row *row)
{
    struct span path;
    struct found found;
    struct scope scope;
    struct buf *text = &turn->engine->telling;
    step_scope(step, false, &scope);
    if (!step->spec->match || !condition_key(step->spec->match, &scope, &path, &found)) {
        return;
    }
    if (found.is_text) {
        buf_clear(text);
        mp_put_str(text, found.text);
        found.value = buf_span(text);
    }
    bool ok = !buf_failed(text);
    int64_t hash = event_value_hash(found.value, &turn->engine->scratch);
    row->path = arena_copy(&turn->batch->arena, path, &ok);
    row->value = hash;
    turn->failed |= !ok || buf_failed(&turn->engine->scratch);
}

void inbox_wait(struct turn *turn, struct step *step)
{
    const struct step_spec *spec = step->spec;
    int64_t own_ms = spec->wait_ms > 0 ? turn->now_ms + spec->wait_ms : 0;
    struct record record = {.type = RECORD_STEP_WAITING,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("event"),
                            .name = spec->event,
                            .due_ms = wait_limit_ms(turn, step, own_ms)};
    turn_emit(turn, &record);
    struct wait_row *row = add_wait(turn, WAIT_BEGUN, spec->event);
    struct effect *effect = turn_effect(turn, EFFECT_RECALL);
    if (!row || !effect) {
        return;
    }
    bool ok = true;
    row->step = step->index;
    row->mark = mark_of(step);
    effect->recall.saga = turn->saga->id;
    effect->recall.id = arena_copy(&turn->batch->arena, turn->saga->name, &ok);
    effect->recall.step = step->index;
    effect->recall.name = row->name;
    effect->recall.mark = row->mark;
    turn->failed |= !ok;
    set_key(turn, step, row);
}

static bool matches(struct turn *turn, const struct step *step, struct span event)
{
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

/* It came when the step's time was over, though nobody has looked yet: the saga is paused. */
static bool is_too_late(const struct step *step, struct span event)
{
    int64_t came_ms = 0;
    bool knows = time_value_read(mp_find(event, span_text("time")), &came_ms);
    return step->wake_ms > 0 && knows && came_ms >= step->wake_ms;
}

/* What a save-point spares goes on while the saga is on its way there, and before it turns. */
static bool waits_for(struct turn *turn, const struct step *step, const struct offer *offer)
{
    const struct saga *saga = turn->saga;
    bool goes_on = saga->direction == FORWARD || savepoint_spares(step);
    bool is_wanted = goes_on && (!saga->turn_wanted || savepoint_will_spare(turn, step)) &&
                     !saga_state_is_final(saga->state) && step->state == STEP_STATE_WAITING;
    return is_wanted && step->spec->kind == STEP_KIND_WAIT_EVENT &&
           span_equal(step->spec->event, offer->name) && offer->number > mark_of(step) &&
           !is_too_late(step, offer->event);
}

static void take(struct turn *turn, const struct step *step, const struct offer *offer)
{
    struct span data = mp_find(offer->event, span_text("data"));
    struct buf *scratch = &turn->engine->scratch;
    buf_clear(scratch);
    put_identity(scratch, offer->event);
    struct record received = {.type = RECORD_EVENT_RECEIVED,
                              .fields = 1,
                              .step = step->index,
                              .name = offer->name,
                              .event = buf_span(scratch),
                              .mark = (int64_t)offer->number};
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

enum saga_error inbox_offer(struct engine *engine, const struct event *event, struct batch *batch,
                            struct saga *saga)
{
    const struct offer *offer = &event->offer;
    *offer->is_taken = false;
    if (!saga || offer->step >= saga->step_total) {
        return SAGA_OK;
    }
    struct turn turn;
    const struct step *step = saga_step(saga, offer->step);
    turn_open(&turn, engine, event, batch, saga);
    if (waits_for(&turn, step, offer) && matches(&turn, step, offer->event) && !turn.failed) {
        *offer->is_taken = true;
        take(&turn, step, offer);
        settle(&turn);
    }
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* ---- emitting ---- */

static bool fill_data(struct turn *turn, const struct step *step, struct span *data)
{
    struct scope scope;
    struct span missing = {NULL, 0};
    struct buf *out = &turn->engine->scratch;
    *data = MP_NIL_VALUE;
    if (!step->spec->data) {
        return true;
    }
    step_scope(step, false, &scope);
    buf_clear(out);
    enum saga_error rc = template_fill(step->spec->data, &scope, out, &missing);
    if (rc != SAGA_OK && step_code_of(rc)) {
        wait_end(turn, step, step_code_of(rc), missing);
    } else if (rc != SAGA_OK) {
        turn->failed = true;
    } else if (out->size > LIMIT_VALUE) {
        wait_end(turn, step, "too_large", span_text("the event's data has more than 960 KiB"));
    } else {
        *data = buf_span(out);
        return true;
    }
    return false;
}

/* The step's output says which event it was. */
static struct span put_output(struct turn *turn, const struct inbox_row *row)
{
    struct buf *out = &turn->engine->telling;
    buf_clear(out);
    mp_put_map(out, 2);
    mp_put_text(out, "id");
    mp_put_str(out, row->id);
    mp_put_text(out, "source");
    mp_put_str(out, row->source);
    turn->failed |= buf_failed(out);
    return buf_span(out);
}

void inbox_emit(struct turn *turn, struct step *step)
{
    struct saga *saga = turn->saga;
    struct call *call = step_call(step, TASK_DO);
    char source[sizeof(EVENT_SOURCE_PREFIX) + LIMIT_NAME];
    size_t prefix = sizeof(EVENT_SOURCE_PREFIX) - 1;
    struct span definition = saga->definition->name;
    struct span data;
    if (!fill_data(turn, step, &data)) {
        return;
    }
    memcpy(source, EVENT_SOURCE_PREFIX, prefix);
    memcpy(source + prefix, definition.data, definition.size);
    struct inbox_row row = {.name = step->spec->event,
                            .source = span_of(source, prefix + definition.size),
                            .id = call_key(call, call->run + 1),
                            .cause = saga->name,
                            .at_ms = turn->now_ms,
                            .data = data};
    bool ok = row.id.size > 0 && inbox_add(turn->engine, turn->batch, &row);
    turn->failed |= !ok;
    struct record record = {.type = RECORD_STEP_EMITTED,
                            .fields = 1,
                            .step = step->index,
                            .run = call->run + 1,
                            .code = span_text("emitted"),
                            .name = step->spec->event,
                            .input = data,
                            .output = put_output(turn, &row)};
    turn_emit(turn, &record);
    tell_event(turn, step->spec->event, record.input);
    deadline_set(turn, step);
}
