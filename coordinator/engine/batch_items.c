/* batch_items.c - adds an item to one list of a batch: one function for each type of item. */
#include "engine/batch_items.h"

#include "base/check.h"
#include "engine/batch.h"
#include "engine/effect.h"

struct row *batch_row(struct batch *batch)
{
    PRE(batch->arena.source != NULL);
    return batch_add(batch, BATCH_ROWS);
}

struct head *batch_head(struct batch *batch)
{
    PRE(batch->serial > 0);
    return batch_add(batch, BATCH_HEADS);
}

struct name *batch_name(struct batch *batch)
{
    /* no check of the serial: the idempotency key of a request that is about no saga comes as a
     * name too */
    PRE(batch->arena.source != NULL);
    return batch_add(batch, BATCH_NAMES);
}

struct notice *batch_notice(struct batch *batch)
{
    PRE(batch->serial > 0);
    return batch_add(batch, BATCH_NOTICES);
}

struct delivery *batch_delivery(struct batch *batch)
{
    PRE(batch->arena.source != NULL);
    return batch_add(batch, BATCH_DELIVERIES);
}

struct schedule_row *batch_schedule(struct batch *batch)
{
    PRE(batch->arena.source != NULL);
    return batch_add(batch, BATCH_SCHEDULES);
}

struct lock_row *batch_lock(struct batch *batch)
{
    PRE(batch->serial > 0);
    return batch_add(batch, BATCH_LOCKS);
}

struct inbox_row *batch_inbox(struct batch *batch)
{
    PRE(batch->serial > 0);
    return batch_add(batch, BATCH_INBOX);
}

struct inbox_done *batch_inbox_done(struct batch *batch)
{
    PRE(batch->arena.source != NULL);
    return batch_add(batch, BATCH_INBOX_DONE);
}

struct wait_row *batch_wait(struct batch *batch)
{
    PRE(batch->arena.source != NULL);
    return batch_add(batch, BATCH_WAITS);
}

struct facet_row *batch_facet(struct batch *batch)
{
    PRE(batch->serial > 0);
    return batch_add(batch, BATCH_FACETS);
}

struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref)
{
    PRE(kind <= EFFECT_LOCK_FREE);
    struct effect *effect = batch_add(batch, BATCH_EFFECTS);
    if (effect) {
        effect->kind = kind;
        effect->ref = ref;
    }
    return effect;
}
