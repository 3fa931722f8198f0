/* deliveries.c - the core's part in sending events to webhooks: counts how many deliveries wait
 * for each webhook, and writes what becomes of them into the batch in the making.
 *
 * A notice of the engine becomes one delivery for each webhook that wants it. If the
 * receiver of a webhook does not take its events, LIMIT_DELIVERIES of them are kept, dead ones
 * included. Events that come then are not kept for that webhook, which is counted durably, logged
 * and shown, so that nothing is lost in silence. Sagas never wait for a webhook. */
#include "core/deliveries.h"

#include "core/full.h"
#include "core/hook_rows.h"
#include "core/state.h"
#include "door/request.h"
#include "engine/batch_items.h"

/* ---- what the store knows ---- */

static enum saga_error take_state(const struct store_hook *found, void *arg)
{
    struct core *core = arg;
    uint32_t at = hook_rows_find(core, found->row.name);
    if (at < hook_rows_of(core)->count) {
        struct hook_state *state = &core->hooks[at];
        struct span name = state->row.name;
        state->kept = found->pending + found->dead;
        state->row = found->row;
        state->row.name = name;
    }
    return SAGA_OK;
}

static enum saga_error take_count(const struct store_hook *found, void *arg)
{
    struct core *core = arg;
    uint32_t at = hook_rows_find(core, found->row.name);
    if (at < hook_rows_of(core)->count) {
        core->hooks[at].kept = found->pending + found->dead;
    }
    return SAGA_OK;
}

static enum saga_error read_hooks(struct core *core, store_hook_fn fn)
{
    struct store *store = core->options.store;
    enum saga_error rc = core->reader ? SAGA_OK : store->ops->reader_open(store, &core->reader);
    return rc == SAGA_OK ? core->reader->ops->list_hooks(core->reader, fn, core) : rc;
}

enum saga_error deliveries_open(struct core *core)
{
    const struct webhooks *hooks = hook_rows_of(core);
    for (uint32_t i = 0; i < hooks->count; i++) {
        core->hooks[i] = (struct hook_state){.row.name = span_text(hooks->items[i].name)};
    }
    return hooks->count > 0 ? read_hooks(core, take_state) : SAGA_OK;
}

/* ---- telling ---- */

/* ---- what became of it ---- */

static bool put_change(struct core *core, const struct delivery *change, uint32_t hook)
{
    struct delivery *delivery = batch_delivery(&core->making->batch);
    if (!delivery) {
        return false;
    }
    *delivery = *change;
    if (change->change == DELIVERY_DISCARD) {
        core->making->recounts = true;
    }
    bool known = hook < hook_rows_of(core)->count;
    if (change->change == DELIVERY_DONE && known && core->hooks[hook].kept > 0) {
        core->hooks[hook].kept--;
    }
    return true;
}

void deliveries_ask(struct core *core, struct request *request)
{
    const struct delivery *change = &request->outbox.change;
    uint32_t hook = hook_rows_find(core, change->hook);
    bool known = hook < hook_rows_of(core)->count;
    bool of_hook = request->outbox.enables || request->outbox.disables;
    PRE(change->change != DELIVERY_NEW);
    if (core_is_disk_full(core)) {
        request_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    if (of_hook && !known) {
        request_answer(request, SAGA_NOT_FOUND, "no webhook of this name is configured");
        return;
    }
    if (change->change != 0 && !put_change(core, change, hook)) {
        request_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    if (of_hook) {
        core->hooks[hook].row.disabled_ms = request->outbox.disables ? core_host_ms(core) : 0;
        hook_rows_put(core, hook);
    }
    request->next = NULL;
    struct request **at = &core->making->settles;
    while (*at) {
        at = &(*at)->next;
    }
    *at = request;
}

/* Counts the deliveries of each webhook anew, from the store and from the batches that are not
 * durable yet, whose new deliveries the store does not count. */
static void recount(struct core *core)
{
    enum saga_error rc = read_hooks(core, take_count);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(core->works); i++) {
        const struct rows *rows = &core->works[i].batch.rows;
        bool is_durable = &core->works[i] == core->releasing;
        for (uint32_t k = 0; k < rows->delivery_count && !is_durable; k++) {
            uint32_t hook = hook_rows_find(core, rows->deliveries[k].hook);
            bool counts = rows->deliveries[k].change == DELIVERY_NEW;
            if (counts && hook < hook_rows_of(core)->count) {
                core->hooks[hook].kept++;
            }
        }
    }
}

void deliveries_settle(struct core *core, struct work *work)
{
    const struct rows *rows = &work->batch.rows;
    bool is_new = false;
    bool anew = false;
    for (uint32_t i = 0; i < rows->delivery_count; i++) {
        enum delivery_change change = rows->deliveries[i].change;
        is_new = is_new || change == DELIVERY_NEW;
        anew = anew || change == DELIVERY_AGAIN || change == DELIVERY_DISCARD;
    }
    if (work->recounts) {
        work->recounts = false;
        recount(core);
    }
    struct request *request = work->settles;
    work->settles = NULL;
    while (request) {
        struct request *next = request->next;
        anew = anew || request->outbox.enables;
        request_answer(request, SAGA_OK, NULL);
        request = next;
    }
    if ((is_new || anew) && core->options.on_outbox) {
        core->options.on_outbox(anew, core->options.outbox_arg);
    }
}
