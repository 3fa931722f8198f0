/* turn.c - a turn: all that one event changes in one saga. Its records are decided one by one,
 * applied to the saga (folded) and collected. */
#include "engine/turn.h"

#include "base/limits.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/effect.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/facet_rows.h"
#include "engine/inbox_rows.h"
#include "engine/state.h"
#include "engine/tell.h"
#include "journal/record.h"
#include "saga/fold.h"
#include "saga/saga.h"

void turn_open(struct turn *turn, struct engine *engine, const struct event *event,
               struct batch *batch, struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    int64_t host_ms = event->now_ms + event->host_lead_ms;
    int64_t at_ms = host_ms > saga->moment.at_ms ? host_ms : saga->moment.at_ms;
    *turn = (struct turn){.engine = engine,
                          .batch = batch,
                          .saga = saga,
                          .entropy = event->entropy,
                          .placement = event->placement,
                          .now_ms = event->now_ms,
                          .moment = {event->now_ms, host_ms, at_ms},
                          .ref = event->ref,
                          .seq_before = saga->seq,
                          .state_before = saga->state,
                          .lock_before = saga->lock,
                          .paused_before = saga->paused};
    saga->live.touched_serial = batch->serial;
    saga->live.touched = turn->moment;
    buf_clear(&engine->records);
    buf_clear(&engine->values);
}

static bool own_value(struct turn *turn, struct span *value)
{
    PRE(turn->saga->magic == SAGA_MAGIC);
    bool ok = true;
    *value = arena_copy(&turn->saga->arena, *value, &ok);
    return ok;
}

/* The step that the record is about, if that step waits for an event; else NULL. */
static const struct step *waiting_step(const struct saga *saga, const struct record *record)
{
    PRE(record->type < RECORD_COUNT);
    if ((record->fields & 1) == 0 || record->step >= saga->step_total) {
        return NULL;
    }
    const struct step *step = saga_step(saga, record->step);
    bool waits =
        step_kind_facts(step->spec->kind)->takes_event && step->state == STEP_STATE_WAITING;
    return waits ? step : NULL;
}

/* Writes the record and applies it to the saga. The journal names an item by its fan-out and its
 * number in it, the engine by its index among all steps of the saga: during this call the record
 * has the journal's names. */
static void write_and_fold(struct turn *turn, struct record *record)
{
    const uint32_t index = record->step;
    const uint32_t number = record->item;
    IMPLIES(number > 0, (record->fields & 1) == 0 || index < turn->saga->definition->step_count);
    if ((record->fields & 1) && index >= turn->saga->definition->step_count) {
        const struct step *item = saga_step(turn->saga, index);
        record->step = item->container->index;
        record->item = item->item + 1;
    }
    record_put(record, &turn->engine->records, &turn->engine->values, &turn->value_count);
    /* A record that the engine itself has just decided cannot be wrong, so folding it fails only
     * when memory runs out. */
    turn->failed = buf_failed(&turn->engine->records) || buf_failed(&turn->engine->values) ||
                   !fold(turn->saga, record, &turn->moment);
    record->step = index;
    record->item = number;
}

void turn_emit(struct turn *turn, struct record *record)
{
    if (turn->failed) {
        return;
    }
    if (!own_value(turn, &record->input) || !own_value(turn, &record->output) ||
        !own_value(turn, &record->details) || !own_value(turn, &record->labels) ||
        !own_value(turn, &record->event)) {
        turn->failed = true;
        return;
    }
    const struct step *step = waiting_step(turn->saga, record);
    PRE(record->type > 0 && record->type < RECORD_COUNT);
    write_and_fold(turn, record);
    if (step && step->state != STEP_STATE_WAITING) {
        inbox_rows_forget(turn, step);
    }
    facet_rows_follow(turn, record);
    tell_record(turn, record);
}

bool turn_has_room(struct turn *turn)
{
    PRE(turn->entropy->used <= turn->entropy->size);
    const struct engine *engine = turn->engine;
    bool has = turn->entropy->size - turn->entropy->used >= (size_t)4 * TOKEN_SIZE &&
               engine->records.size + engine->values.size < LIMIT_BATCH_BYTES / 4;
    turn->saga->live.has_more |= !has;
    return has;
}

struct effect *turn_effect(struct turn *turn, enum effect_kind kind)
{
    PRE(kind <= EFFECT_LOCK_FREE);
    if (turn->failed) {
        return NULL;
    }
    struct effect *effect = batch_effect(turn->batch, kind, turn->ref);
    turn->saga->live.owes |= leave_owes(kind);
    turn->failed = !effect;
    return effect;
}

void turn_alert(struct turn *turn, const struct step *step, const char *code)
{
    PRE(!step || step->saga == turn->saga);
    struct effect *effect = turn_effect(turn, EFFECT_ALERT);
    if (effect) {
        effect->status.saga = turn->saga->name;
        effect->status.state = turn->saga->state;
        effect->status.step = step ? step->name : (struct span){NULL, 0};
        effect->status.code = span_text(code);
    }
    tell_alert(turn, step, code);
}

bool leave_owes(enum effect_kind kind)
{
    switch (kind) {
    case EFFECT_TASK:
    case EFFECT_CANCEL:
    case EFFECT_DONE:
    case EFFECT_REPLY:
    case EFFECT_STATUS:
    case EFFECT_ALERT:
    case EFFECT_RECALL:    /* wait rows say durably which steps are to be offered events */
    case EFFECT_CHILD_END: /* child_owes_its_end() sees to it that the parent is told again */
    case EFFECT_LOCK_FREE: /* after a restart locks_serve() tells again who may have a key */
        return false;
    case EFFECT_CHILD:
        return true;
    }
    UNREACHABLE("unknown effect");
}
