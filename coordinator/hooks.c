/* hooks.c - the core's part of the outbox: who is told what, how much may wait, and what becomes of
 * it, as rows of the batch in the making.
 *
 * A notice of the engine becomes one delivery for each webhook that wants it. Of a webhook whose
 * receiver does not take its events LIMIT_DELIVERIES are kept, dead ones too; what comes then is
 * not kept, and that is counted durably, logged and shown, so it is never lost in silence. Sagas
 * never wait for a webhook. */
#include "base/log.h"
#include "core_parts.h"
#include "engine/batch.h"

static const struct webhooks none;

static const struct webhooks *hooks_of(const struct core *core)
{
    return core->options.hooks ? core->options.hooks : &none;
}

/* Index of the hook; hooks->count when none has the name. */
static uint32_t find(const struct core *core, struct span name)
{
    const struct webhooks *hooks = hooks_of(core);
    uint32_t at = 0;
    while (at < hooks->count && !span_is(name, hooks->items[at].name)) {
        at++;
    }
    return at;
}

/* ---- what the store knows ---- */

static enum saga_error take_state(const struct store_hook *found, void *arg)
{
    struct core *core = arg;
    uint32_t at = find(core, found->row.name);
    if (at < hooks_of(core)->count) {
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
    uint32_t at = find(core, found->row.name);
    if (at < hooks_of(core)->count) {
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

enum saga_error hooks_open(struct core *core)
{
    const struct webhooks *hooks = hooks_of(core);
    for (uint32_t i = 0; i < hooks->count; i++) {
        core->hooks[i] = (struct hook_state){.row.name = span_text(hooks->items[i].name)};
    }
    return hooks->count > 0 ? read_hooks(core, take_state) : SAGA_OK;
}

/* ---- telling ---- */

/* Does the text fit the pattern, where `*` stands for any characters? */
static bool fits(const char *pattern, struct span text)
{
    const char *star = NULL; /* the last one met */
    size_t from = 0;         /* what it stands for ends here */
    size_t at = 0;
    while (at < text.size) {
        if (*pattern == '*') {
            star = pattern++;
            from = at;
        } else if (*pattern != '\0' && (uint8_t)*pattern == text.data[at]) {
            pattern++;
            at++;
        } else if (star) {
            pattern = star + 1;
            at = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

static bool wants(const struct webhook *hook, struct span type)
{
    bool wanted = hook->event_count == 0;
    for (uint32_t i = 0; i < hook->event_count && !wanted; i++) {
        wanted = fits(hook->events[i], type);
    }
    return wanted;
}

/* The hook's row goes with the batch as it is when the batch is given to the store. */
static void put_row(struct core *core, uint32_t hook)
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

static void leave_out(struct core *core, uint32_t hook, const struct notice *notice)
{
    struct hook_row *row = &core->hooks[hook].row;
    char event[2 * LIMIT_SAGA_ID];
    size_t size = notice->event.size < sizeof(event) ? notice->event.size : sizeof(event) - 1;
    memcpy(event, notice->event.data, size);
    event[size] = '\0';
    row->dropped++;
    row->dropped_ms = core->now_ms;
    put_row(core, hook);
    log_line(LOG_ERROR, "webhook_full", "hook", hooks_of(core)->items[hook].name, "event", event,
             "what", "too many of its events are undelivered: this one is not kept", NULL);
}

static void deliver(struct core *core, uint32_t hook, uint32_t notice)
{
    const struct rows *rows = &core->making->batch.rows;
    struct hook_state *state = &core->hooks[hook];
    if (state->kept >= LIMIT_DELIVERIES) {
        leave_out(core, hook, &rows->notices[notice]);
        return;
    }
    struct delivery *delivery = batch_delivery(&core->making->batch);
    if (!delivery) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *delivery = (struct delivery){.change = DELIVERY_NEW,
                                  .hook = state->row.name,
                                  .notice = notice,
                                  .due_ms = core->now_ms,
                                  .at_ms = core->now_ms};
    state->kept++;
}

void hooks_tell(struct core *core, uint32_t first)
{
    const struct webhooks *hooks = hooks_of(core);
    const struct rows *rows = &core->making->batch.rows;
    for (uint32_t notice = first; notice < rows->notice_count; notice++) {
        for (uint32_t hook = 0; hook < hooks->count; hook++) {
            if (wants(&hooks->items[hook], rows->notices[notice].type)) {
                deliver(core, hook, notice);
            }
        }
    }
}

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
    bool known = hook < hooks_of(core)->count;
    if (change->change == DELIVERY_DONE && known && core->hooks[hook].kept > 0) {
        core->hooks[hook].kept--;
    }
    return true;
}

void hooks_ask(struct core *core, struct request *request)
{
    const struct delivery *change = &request->outbox.change;
    uint32_t hook = find(core, change->hook);
    bool known = hook < hooks_of(core)->count;
    bool of_hook = request->outbox.enables || request->outbox.disables;
    PRE(change->change != DELIVERY_NEW);
    if (core_is_disk_full(core)) {
        core_answer(request, SAGA_DISK_FULL, NULL);
        return;
    }
    if (of_hook && !known) {
        core_answer(request, SAGA_NOT_FOUND, "no webhook of this name is configured");
        return;
    }
    if (change->change != 0 && !put_change(core, change, hook)) {
        core_answer(request, SAGA_NO_MEMORY, NULL);
        return;
    }
    if (of_hook) {
        core->hooks[hook].row.disabled_ms = request->outbox.disables ? core->now_ms : 0;
        put_row(core, hook);
    }
    request->next = NULL;
    struct request **at = &core->making->settles;
    while (*at) {
        at = &(*at)->next;
    }
    *at = request;
}

/* New ones that are not durable yet are not in the store's count. */
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
            uint32_t hook = find(core, rows->deliveries[k].hook);
            bool counts = rows->deliveries[k].change == DELIVERY_NEW;
            if (counts && hook < hooks_of(core)->count) {
                core->hooks[hook].kept++;
            }
        }
    }
}

void hooks_settled(struct core *core, struct work *work)
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
        core_answer(request, SAGA_OK, NULL);
        request = next;
    }
    if ((is_new || anew) && core->options.on_outbox) {
        core->options.on_outbox(anew, core->options.outbox_arg);
    }
}
