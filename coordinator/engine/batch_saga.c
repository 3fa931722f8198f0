/* batch_saga.c - adds to a batch the answer to a request about a saga, or the saga's head. */
#include "engine/batch_saga.h"

#include "base/check.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/effect.h"
#include "saga/saga.h"

bool batch_reply(struct batch *batch, uint64_t ref, enum saga_error error, const char *why,
                 const struct saga *saga)
{
    PRE(!saga || saga->magic == SAGA_MAGIC);
    struct effect *effect = batch_effect(batch, EFFECT_REPLY, ref);
    if (!effect) {
        return false;
    }
    effect->reply.error = error;
    effect->reply.why = why;
    bool ok = true;
    if (saga) {
        /* A final saga may leave memory before this batch is released: its name is copied. */
        effect->reply.saga = arena_copy(&batch->arena, saga->name, &ok);
        effect->reply.state = saga->state;
        effect->reply.seq = saga->seq;
    }
    return ok;
}

bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new)
{
    PRE(saga->magic == SAGA_MAGIC);
    PRE(saga->last_lsn >= saga->first_lsn);
    struct head *head = batch_head(batch);
    if (!head) {
        return false;
    }
    *head = (struct head){.saga = saga->id,
                          .state = saga->state,
                          .is_new = is_new,
                          .has_moved = saga->live.is_migrated,
                          .paused = saga->paused,
                          .definition = saga->definition->name,
                          .version = saga->definition->version,
                          .started_ms = saga->started_ms,
                          .ended_ms = saga->ended_ms,
                          .first_lsn = saga->first_lsn,
                          .last_lsn = saga->last_lsn,
                          .due_ms = saga->live.asleep.due_ms,
                          .until_ms = saga->live.asleep.until_ms};
    return true;
}
