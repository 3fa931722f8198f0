/* turn.c - from decided records to a row, and its saga's timer. */
#include "engine/turn.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"

void turn_open(struct turn *turn, struct engine *engine, const struct event *event,
               struct batch *batch, struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    *turn = (struct turn){.engine = engine,
                          .batch = batch,
                          .saga = saga,
                          .entropy = event->entropy,
                          .now_ms = event->now_ms,
                          .ref = event->ref,
                          .seq_before = saga->seq,
                          .state_before = saga->state,
                          .claim_before = saga->claim,
                          .paused_before = saga->paused};
    saga->touched_serial = batch->serial;
    saga->touched_ms = event->now_ms;
    buf_clear(&engine->records);
    buf_clear(&engine->values);
}

static bool own_value(struct turn *turn, struct span *value)
{
    bool ok = true;
    *value = arena_copy(&turn->saga->arena, *value, &ok);
    return ok;
}

/* The step of the record, if it waits for an event. */
static const struct step *waiting_step(const struct saga *saga, const struct record *record)
{
    if ((record->fields & 1) == 0 || record->step >= saga->step_total) {
        return NULL;
    }
    const struct step *step = saga_step(saga, record->step);
    bool waits = step->spec->kind == STEP_KIND_WAIT_EVENT && step->state == STEP_STATE_WAITING;
    return waits ? step : NULL;
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
    struct record stored = *record;
    if ((record->fields & 1) && record->step >= turn->saga->definition->step_count) {
        const struct step *item = saga_step(turn->saga, record->step);
        stored.step = item->container->index;
        stored.item = item->item + 1;
    }
    record_put(&stored, &turn->engine->records, &turn->engine->values, &turn->value_count);
    if (buf_failed(&turn->engine->records) || buf_failed(&turn->engine->values) ||
        !fold(turn->saga, &stored, turn->now_ms)) {
        /* Folding what was just decided fails for want of memory only. */
        turn->failed = true;
    }
    if (step && step->state != STEP_STATE_WAITING) {
        inbox_forget(turn, step);
    }
    tell_record(turn, record);
}

bool turn_has_room(struct turn *turn)
{
    const struct engine *engine = turn->engine;
    bool has = turn->entropy->size - turn->entropy->used >= (size_t)4 * TOKEN_SIZE &&
               engine->records.size + engine->values.size < LIMIT_BATCH_BYTES / 4;
    turn->saga->has_more |= !has;
    return has;
}

struct effect *turn_effect(struct turn *turn, enum effect_kind kind)
{
    if (turn->failed) {
        return NULL;
    }
    struct effect *effect = batch_effect(turn->batch, kind, turn->ref);
    turn->saga->owes |= leave_owes(kind);
    turn->failed = !effect;
    return effect;
}

void turn_alert(struct turn *turn, const struct step *step, const char *code)
{
    struct effect *effect = turn_effect(turn, EFFECT_ALERT);
    if (effect) {
        effect->status.saga = turn->saga->name;
        effect->status.state = turn->saga->state;
        effect->status.step = step ? step->name : (struct span){NULL, 0};
        effect->status.code = span_text(code);
    }
    tell_alert(turn, step, code);
}

static bool copy_to_batch(struct turn *turn, const struct buf *from, struct span *to)
{
    bool ok = !buf_failed(from);
    *to = ok ? arena_copy(&turn->batch->arena, buf_span(from), &ok) : (struct span){NULL, 0};
    turn->batch->size += from->size;
    return ok;
}

/* The payload: its count, the salt, the values. */
static bool make_payload(struct turn *turn, struct row *row, uint8_t *digest)
{
    struct engine *engine = turn->engine;
    CHECK(turn->entropy->used + 16 <= turn->entropy->size);
    buf_clear(&engine->scratch);
    mp_put_array(&engine->scratch, turn->value_count + 1);
    mp_put_bin(&engine->scratch, span_of(turn->entropy->bytes + turn->entropy->used, 16));
    turn->entropy->used += 16;
    buf_write(&engine->scratch, engine->values.data, engine->values.size);
    if (!copy_to_batch(turn, &engine->scratch, &row->payload)) {
        return false;
    }
    digest_pair(row->payload, (struct span){NULL, 0}, digest);
    return true;
}

static bool make_row(struct turn *turn)
{
    struct saga *saga = turn->saga;
    struct engine *engine = turn->engine;
    struct row row = {.lsn = engine->lsn_last + 1,
                      .saga = saga->id,
                      .seq = turn->seq_before + 1,
                      .count = (uint32_t)(saga->seq - turn->seq_before),
                      .prev = saga->last_lsn};
    uint8_t digest[DIGEST_SIZE];
    bool has_payload = turn->value_count > 0;
    if (has_payload && !make_payload(turn, &row, digest)) {
        return false;
    }
    buf_clear(&engine->scratch);
    record_put_body(&engine->scratch, &row, turn->now_ms, has_payload ? digest : NULL,
                    buf_span(&engine->records));
    struct row *kept =
        copy_to_batch(turn, &engine->scratch, &row.body) ? batch_row(turn->batch) : NULL;
    if (!kept) {
        return false;
    }
    *kept = row;
    engine->lsn_last = row.lsn;
    saga->last_lsn = row.lsn;
    saga->first_lsn = saga->first_lsn ? saga->first_lsn : row.lsn;
    return true;
}

bool timer_set(struct engine *engine, struct saga *saga, int64_t due_ms)
{
    if (due_ms == INT64_MAX) {
        heap_drop(&engine->timers, &saga->timer);
        return true;
    }
    if (saga->timer.place > 0 && saga->timer.due == due_ms) {
        return true;
    }
    return heap_set(&engine->timers, &saga->timer, due_ms) == SAGA_OK;
}

bool turn_close(struct turn *turn)
{
    struct saga *saga = turn->saga;
    if (!turn->failed && saga->seq > turn->seq_before) {
        turn->failed = !make_row(turn);
    }
    if (!turn->failed) {
        turn->failed = !claims_note(turn);
    }
    bool has_moved = saga->state != turn->state_before;
    saga->owes |= has_moved && child_owes_its_end(saga);
    int64_t due_ms = saga_next_due(turn->engine, saga);
    int64_t asleep_ms = leave_asleep_ms(turn, due_ms);
    bool changed = turn->is_new || has_moved || saga->is_migrated ||
                   saga->paused != turn->paused_before || saga->asleep_ms != asleep_ms;
    saga->asleep_ms = asleep_ms;
    if (!turn->failed && changed) {
        turn->failed = !batch_put_head(turn->batch, saga, turn->is_new);
        saga->is_migrated = false;
    }
    if (!turn->failed && has_moved) {
        struct effect *effect = turn_effect(turn, EFFECT_STATUS);
        if (effect) {
            effect->status.saga = saga->name;
            effect->status.state = saga->state;
            effect->status.output = saga->output;
        }
        child_tell(turn);
    }
    if (!turn->failed) {
        turn->failed = !inbox_tell_wants(turn) || !timer_set(turn->engine, saga, due_ms);
    }
    if (!turn->failed) {
        leave_later(turn->engine, saga);
    }
    return !turn->failed;
}
