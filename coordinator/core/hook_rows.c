/* hook_rows.c - what the store keeps of each webhook: whether it is disabled, and how many
 * events it lost. */
#include "core/hook_rows.h"

#include "core/state.h"

static const struct webhooks none;

const struct webhooks *hook_rows_of(const struct core *core)
{
    return core->options.hooks ? core->options.hooks : &none;
}

/* The result is hooks->count when no webhook has the name. */
uint32_t hook_rows_find(const struct core *core, struct span name)
{
    const struct webhooks *hooks = hook_rows_of(core);
    uint32_t at = 0;
    while (at < hooks->count && !span_is(name, hooks->items[at].name)) {
        at++;
    }
    return at;
}

/* The batch holds one row for each webhook at most: a later change overwrites what an earlier one
 * put there. */
void hook_rows_put(struct core *core, uint32_t hook)
{
    struct batch *batch = &core->making->batch;
    struct rows *rows = &batch->rows;
    const struct hook_row *row = &core->hooks[hook].row;
    if (!rows->hooks) {
        rows->hooks = arena_take(&batch->arena, WEBHOOK_COUNT_MAX * sizeof(*rows->hooks));
    }
    if (!rows->hooks) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    uint32_t at = 0;
    while (at < rows->hook_count && !span_equal(rows->hooks[at].name, row->name)) {
        at++;
    }
    rows->hook_count += at == rows->hook_count ? 1 : 0;
    rows->hooks[at] = *row;
}
