/* full.c - is there room for more input? */
#include "core/full.h"

#include "core/state.h"

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

bool core_is_disk_full(struct core *core)
{
    /* Asked once a round: between two looks no more than a batch is taken. */
    if (core->space_ms != core->now_ms) {
        struct store *store = core->options.store;
        core->space_ms = core->now_ms;
        core->has_space = store->ops->has_space(store);
    }
    return core->disk_retry_ms > 0 || !core->has_space;
}
