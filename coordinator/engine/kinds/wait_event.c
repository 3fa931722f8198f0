/* wait_event.c - the kind of step that waits for an event. */
#include "engine/kinds/wait_event.h"

#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/inbox_rows.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "journal/event_value.h"
#include "journal/record.h"
#include "language/condition_key.h"
#include "language/template.h"
#include "language/template_form.h"
#include "saga/saga.h"

/* Puts into the wait row, if the step's condition gives them, a path and a hash of the value that
 * an event must have at this path, by which the store finds the waits that an event can end without
 * offering it to every saga. */
static void set_key(struct turn *turn, const struct step *step, struct wait_row *row)
{
    PRE(row->step == step->index);
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

void wait_event_begin(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_PENDING);
    const struct step_spec *spec = step->spec;
    int64_t own_ms = spec->wait_ms > 0 ? turn->now_ms + spec->wait_ms : 0;
    struct record record = {.type = RECORD_STEP_WAITING,
                            .fields = 1,
                            .step = step->index,
                            .code = span_text("event"),
                            .name = spec->event,
                            .due_ms = wait_limit_ms(turn, step, own_ms)};
    turn_emit(turn, &record);
    struct wait_row *row = inbox_rows_add_wait(turn, WAIT_BEGUN, spec->event);
    struct effect *effect = turn_effect(turn, EFFECT_RECALL);
    if (!row || !effect) {
        return;
    }
    bool ok = true;
    row->step = step->index;
    row->mark = inbox_rows_mark(step);
    effect->recall.saga = turn->saga->id;
    effect->recall.id = arena_copy(&turn->batch->arena, turn->saga->name, &ok);
    effect->recall.step = step->index;
    effect->recall.name = row->name;
    effect->recall.mark = row->mark;
    turn->failed |= !ok;
    set_key(turn, step, row);
}

void wait_event_over(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    if (step->spec->wait_goes_on) {
        wait_end(turn, step, NULL, (struct span){NULL, 0});
    } else {
        wait_end(turn, step, "timeout", span_text("the event did not come in time"));
    }
}
