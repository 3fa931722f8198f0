/* full.c - tells whether the batch in the making, or the disk, has room for more input. */
#include "core/full.h"

#include "core/state.h"

/* bytes kept free for the sagas that were accepted before */
enum { SPACE_FOR_WORK = 2 * 1024 * 1024 };

/* refusals and verdicts write no row, but need memory */
enum { EFFECTS_MAX = 8 * LIMIT_BATCH_EVENTS };

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

/* How many bytes the batch in the making will take on the disk. */
static uint64_t taken(const struct core *core)
{
    const struct batch *batch = &core->making->batch;
    return batch->size + STORE_ITEM_SIZE * store_items(&batch->rows);
}

/* Has the disk room for one more request, so that `spare` bytes are left after that? */
static bool has_room(struct core *core, uint64_t spare)
{
    /* The store is asked for its free room once a round; what the batch takes until the next round
     * is counted above. */
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
