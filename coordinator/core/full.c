/* full.c - is there room for more input? */
#include "core/full.h"

#include "core/state.h"

enum { SPACE_FOR_WORK = 2 * 1024 * 1024 }; /* of the store's room, for what was taken before */

enum { EFFECTS_MAX = 8 * LIMIT_BATCH_EVENTS }; /* refusals and verdicts need memory, and no row */

bool core_is_full(const struct core *core)
{
    const struct batch *batch = &core->making->batch;
    const struct rows *rows = &batch->rows;
    uint32_t events = rows->inbox_count + rows->inbox_done_count + rows->wait_count;
    return batch->size >= LIMIT_BATCH_BYTES || rows->row_count >= LIMIT_BATCH_EVENTS ||
           events >= LIMIT_BATCH_EVENTS ||
           batch->rows.delivery_count >= WEBHOOK_COUNT_MAX * LIMIT_BATCH_EVENTS ||
           batch->effect_count >= EFFECTS_MAX || batch->arena.size >= 2 * LIMIT_BATCH_BYTES;
}

/* Bytes of the store's room that the batch in the making has taken. */
static uint64_t taken(const struct core *core)
{
    const struct batch *batch = &core->making->batch;
    return batch->size + STORE_ITEM_SIZE * store_items(&batch->rows);
}

/* Is there room for one request more, with so much left after that? */
static bool has_room(struct core *core, uint64_t spare)
{
    /* The store is asked for its room once a round; what is taken until the next round is counted
     * here. */
    if (core->space_ms != core->now_ms) {
        struct store *store = core->options.store;
        core->space_ms = core->now_ms;
        core->room = store->ops->room(store);
    }
    uint64_t needed = taken(core) + LIMIT_MESSAGE_IN + spare;
    return core->disk_retry_ms == 0 && core->room >= needed;
}

bool core_is_disk_full(struct core *core)
{
    return !has_room(core, SPACE_FOR_WORK);
}

bool core_is_disk_full_for_verbs(struct core *core)
{
    return !has_room(core, 0);
}
