/* turn_close.c - ends a turn: makes its row, updates the saga's head and sets its timer. */
#include "engine/turn_close.h"

#include "base/digest.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/batch_saga.h"
#include "engine/due.h"
#include "engine/effect.h"
#include "engine/entropy.h"
#include "engine/facet_rows.h"
#include "engine/kinds/child_answer.h"
#include "engine/leave.h"
#include "engine/locks.h"
#include "engine/state.h"
#include "engine/timer.h"
#include "engine/turn.h"
#include "engine/wants.h"
#include "journal/record.h"
#include "saga/saga.h"

static bool copy_to_batch(struct turn *turn, const struct buf *from, struct span *to)
{
    bool ok = !buf_failed(from);
    *to = ok ? arena_copy(&turn->batch->arena, buf_span(from), &ok) : (struct span){NULL, 0};
    turn->batch->size += from->size;
    return ok;
}

/* Makes the row's payload, which is a random salt and the turn's values, and the digest of the
 * payload. Returns false when memory runs out. */
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
    PRE(saga->seq > turn->seq_before);
    PRE(saga->last_lsn <= engine->lsn_last);
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
    record_put_body(&engine->scratch, &row, &turn->moment, has_payload ? digest : NULL,
                    buf_span(&engine->records));
    struct row *kept =
        copy_to_batch(turn, &engine->scratch, &row.body) ? batch_row(turn->batch) : NULL;
    if (!kept) {
        return false;
    }
    POST(row.lsn > row.prev);
    *kept = row;
    engine->lsn_last = row.lsn;
    saga->last_lsn = row.lsn;
    saga->first_lsn = saga->first_lsn ? saga->first_lsn : row.lsn;
    return true;
}

bool turn_close(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->magic == SAGA_MAGIC);
    if (!turn->failed && saga->seq > turn->seq_before) {
        turn->failed = !make_row(turn);
    }
    if (!turn->failed) {
        turn->failed = !locks_note(turn);
    }
    bool has_moved = saga->state != turn->state_before;
    bool tells = has_moved || turn->is_asked;
    saga->live.owes |= tells && child_owes_news(saga);
    struct dues dues = saga_next_due(turn->engine, saga);
    struct asleep asleep = leave_asleep(turn, &dues);
    bool stirs =
        saga->live.asleep.due_ms != asleep.due_ms || saga->live.asleep.until_ms != asleep.until_ms;
    bool changed = turn->is_new || has_moved || saga->live.is_migrated ||
                   saga->paused != turn->paused_before || stirs;
    saga->live.asleep = asleep;
    if (!turn->failed && changed) {
        turn->failed = !batch_put_head(turn->batch, saga, turn->is_new);
        saga->live.is_migrated = false;
    }
    if (!turn->failed && has_moved) {
        struct effect *effect = turn_effect(turn, EFFECT_STATUS);
        if (effect) {
            effect->status.saga = saga->name;
            effect->status.state = saga->state;
            effect->status.output = saga->output;
        }
    }
    if (!turn->failed && tells) {
        child_tell(turn);
    }
    facet_rows_tell(turn);
    if (!turn->failed) {
        turn->failed = !wants_tell(turn) || !timer_set(turn->engine, saga, &dues);
    }
    if (!turn->failed) {
        leave_later(turn->engine, saga);
    }
    return !turn->failed;
}
