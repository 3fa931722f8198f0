/* notices.c - makes deliveries of what has happened, for each webhook that wants to hear of it. */
#include "core/notices.h"

#include "base/log.h"
#include "core/hook_rows.h"
#include "core/state.h"
#include "engine/batch_items.h"

/* Does the text fit the pattern, where `*` stands for any characters? */
static bool fits(const char *pattern, struct span text)
{
    const char *star = NULL; /* the last `*` of the pattern that was met */
    size_t from = 0;         /* where the text begins that comes after what that `*` stands for */
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

static void leave_out(struct core *core, uint32_t hook, const struct notice *notice)
{
    struct hook_row *row = &core->hooks[hook].row;
    char event[2 * LIMIT_SAGA_ID];
    size_t size = notice->event.size < sizeof(event) ? notice->event.size : sizeof(event) - 1;
    memcpy(event, notice->event.data, size);
    event[size] = '\0';
    row->dropped++;
    row->dropped_ms = core_host_ms(core);
    hook_rows_put(core, hook);
    log_line(LOG_ERROR, "webhook_full", "hook", hook_rows_of(core)->items[hook].name, "event",
             event, "what", "too many of its events are undelivered: this one is not kept", NULL);
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
                                  .at_ms = core_host_ms(core)};
    state->kept++;
}

void notices_send(struct core *core, uint32_t first)
{
    const struct webhooks *hooks = hook_rows_of(core);
    const struct rows *rows = &core->making->batch.rows;
    for (uint32_t notice = first; notice < rows->notice_count; notice++) {
        for (uint32_t hook = 0; hook < hooks->count; hook++) {
            if (wants(&hooks->items[hook], rows->notices[notice].type)) {
                deliver(core, hook, notice);
            }
        }
    }
}
