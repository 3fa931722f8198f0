/* emit.c - the kind of step that sends an event. */
#include "engine/kinds/emit.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/deadline.h"
#include "engine/fail.h"
#include "engine/fill.h"
#include "engine/inbox_rows.h"
#include "engine/state.h"
#include "engine/tell.h"
#include "engine/turn.h"
#include "journal/event_value.h"
#include "journal/record.h"
#include "saga/keys.h"
#include "saga/saga.h"
#include "saga/step.h"

/* Computes the event's data from its template. Returns false when the step has failed or memory ran
 * out. */
static bool fill_data(struct turn *turn, struct step *step, struct span *data)
{
    PRE(step_kind_facts(step->spec->kind)->emits);
    *data = MP_NIL_VALUE;
    if (!step->spec->data) {
        return true;
    }
    if (!fill_or_fail(turn, step, step->spec->data, data)) {
        return false;
    }
    if (data->size > LIMIT_VALUE) {
        step_fail(turn, step, "too_large", span_text("the event's data has more than 960 KiB"));
        return false;
    }
    return true;
}

/* Packs the step's output: the id and the source of the event that it has sent. */
static struct span put_output(struct turn *turn, const struct inbox_row *row)
{
    PRE(row->id.size > 0);
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

void emit_begin(struct turn *turn, struct step *step)
{
    struct saga *saga = turn->saga;
    struct call *call = step_call(step, TASK_DO);
    char source[sizeof(EVENT_SOURCE_PREFIX) + LIMIT_NAME];
    size_t prefix = sizeof(EVENT_SOURCE_PREFIX) - 1;
    struct span definition = saga->definition->name;
    PRE(definition.size <= LIMIT_NAME);
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
                            .at_ms = turn->moment.host_ms,
                            .came_ms = turn->now_ms,
                            .data = data};
    bool ok = row.id.size > 0 && inbox_rows_add(turn->engine, turn->batch, &row);
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
