/* emit.c - a step that sends an event. */
#include "engine/kinds/emit.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/deadline.h"
#include "engine/failure.h"
#include "engine/inbox_rows.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/tell.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "journal/event_value.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/calls.h"
#include "saga/keys.h"

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

void emit_begin(struct turn *turn, struct step *step)
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
