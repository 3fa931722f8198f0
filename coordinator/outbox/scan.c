/* scan.c - reads the rows of deliveries, a thousand at a time. */
#include "outbox/scan.h"

#include "base/log.h"

enum { SCAN_MAX = 1000 }; /* deliveries read at once */

static struct hook *find_hook(struct outbox *outbox, struct span name)
{
    for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
        if (span_is(name, outbox->hooks[i].config->name)) {
            return &outbox->hooks[i];
        }
    }
    return NULL; /* of a hook that is not configured any more: it stays where it is */
}

struct scan {
    struct outbox *outbox;
    uint32_t count;
};

static struct lane head_of(const struct delivery *delivery)
{
    return (struct lane){
        .node.due = delivery->due_ms, .head = delivery->id, .attempts = delivery->attempts};
}

static enum saga_error see(const struct store_delivery *found, void *arg)
{
    struct scan *scan = arg;
    struct hook *hook = find_hook(scan->outbox, found->delivery.hook);
    struct lane head = head_of(&found->delivery);
    enum saga_error rc = hook ? lanes_add(&hook->lanes, found->notice.saga, &head) : SAGA_OK;
    if (rc == SAGA_OK) {
        scan->count++;
        scan->outbox->last_id = found->delivery.id;
    }
    return rc;
}

static enum saga_error see_hook(const struct store_hook *found, void *arg)
{
    struct hook *hook = find_hook(arg, found->row.name);
    if (hook) {
        hook->is_disabled = found->row.disabled_ms > 0;
        hook->failures = 0;
        hook->held_ms = 0;
    }
    return SAGA_OK;
}

static enum saga_error see_new(struct outbox *outbox)
{
    struct store_reader *reader = outbox->options.reader;
    struct scan scan = {.outbox = outbox, .count = SCAN_MAX};
    enum saga_error rc = SAGA_OK;
    while (rc == SAGA_OK && scan.count == SCAN_MAX) {
        struct delivery_filter filter = {.after = outbox->last_id, .limit = SCAN_MAX};
        scan.count = 0;
        rc = reader->ops->list_deliveries(reader, &filter, see, &scan);
    }
    return rc;
}

void scan_look(struct outbox *outbox, int64_t now_ms)
{
    if (outbox->retry_ms > now_ms) {
        return;
    }
    bool anew = atomic_exchange(&outbox->is_anew, false);
    bool is_new = atomic_exchange(&outbox->is_new, false);
    struct store_reader *reader = outbox->options.reader;
    enum saga_error rc = SAGA_OK;
    if (anew) {
        outbox->last_id = 0;
        for (uint32_t i = 0; i < outbox->options.hooks->count; i++) {
            lanes_clear(&outbox->hooks[i].lanes);
        }
        rc = reader->ops->list_hooks(reader, see_hook, outbox);
    }
    if (rc == SAGA_OK && (anew || is_new)) {
        rc = see_new(outbox);
    }
    if (rc != SAGA_OK) {
        log_line(LOG_ERROR, "outbox_cannot_read", "error", error_code(rc), NULL);
        atomic_store(&outbox->is_anew, true);
        outbox->retry_ms = now_ms + RETRY_MS;
    }
}

static enum saga_error take_head(const struct store_delivery *found, void *arg)
{
    struct lane *head = arg;
    *head = head_of(&found->delivery);
    return SAGA_OK;
}

void scan_forget(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    lanes_drop(&hook->lanes, lane);
    atomic_store(&outbox->is_anew, true);
    outbox->retry_ms = outbox->options.now_ms(outbox->options.arg) + RETRY_MS;
}

void scan_go_on(struct outbox *outbox, struct hook *hook, struct lane *lane)
{
    struct store_reader *reader = outbox->options.reader;
    struct lane head = {0};
    struct delivery_filter filter = {.which = DELIVERIES_OF_SAGA,
                                     .hook = span_text(hook->config->name),
                                     .saga = lane->saga,
                                     .limit = 1};
    enum saga_error rc = reader->ops->list_deliveries(reader, &filter, take_head, &head);
    if (rc == SAGA_OK) {
        if (head.head == 0) {
            lanes_drop(&hook->lanes, lane);
            return;
        }
        rc = lanes_end(&hook->lanes, lane, &head);
    }
    if (rc != SAGA_OK) {
        log_line(LOG_ERROR, "outbox_cannot_read", "error", error_code(rc), NULL);
        scan_forget(outbox, hook, lane);
    }
}
