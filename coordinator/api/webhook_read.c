/* webhook_read.c - the webhooks that are configured or that have left something behind. */
#include "api/webhook_read.h"

#include <string.h>

#include "api/http_call.h"
#include "api/query.h"

enum { DEAD_DEFAULT = 50, DEAD_MAX = 500 };

static const struct webhook *find(const struct http_call *call, struct span name)
{
    const struct webhooks *hooks = call->options->hooks;
    for (uint32_t i = 0; i < hooks->count; i++) {
        if (span_is(name, hooks->items[i].name)) {
            return &hooks->items[i];
        }
    }
    return NULL;
}

struct listing {
    struct http_call *call;
    struct form *form;
    bool seen[WEBHOOK_COUNT_MAX];
};

static void put_config(struct form *form, const struct webhook *hook)
{
    /* What follows `?` may be a receiver's own secret. */
    form_str(form, "url", span_of(hook->url, strcspn(hook->url, "?#")));
    form_array(form, "events");
    for (uint32_t i = 0; i < hook->event_count; i++) {
        form_text(form, NULL, hook->events[i]);
    }
    if (hook->event_count == 0) {
        form_text(form, NULL, "*");
    }
    form_end(form);
}

static enum saga_error put_hook(const struct store_hook *found, void *arg)
{
    struct listing *listing = arg;
    struct form *form = listing->form;
    const struct webhook *hook = find(listing->call, found->row.name);
    bool disabled = found->row.disabled_ms > 0;
    if (hook) {
        listing->seen[hook - listing->call->options->hooks->items] = true;
    }
    form_map(form, NULL);
    form_str(form, "name", found->row.name);
    form_text(form, "state", !hook ? "unconfigured" : disabled ? "disabled" : "active");
    if (hook) {
        put_config(form, hook);
    }
    form_uint(form, "pending", found->pending);
    form_uint(form, "dead", found->dead);
    form_uint(form, "dropped", found->row.dropped);
    form_time(form, "oldest_pending_at", found->oldest_ms);
    form_time(form, "dropped_at", found->row.dropped_ms);
    form_time(form, "disabled_at", found->row.disabled_ms);
    form_end(form);
    return SAGA_OK;
}

void webhook_read_list(struct http_call *call)
{
    const struct webhooks *hooks = call->options->hooks;
    struct store_reader *reader = call->reader;
    struct listing listing = {.call = call, .form = response_begin(&call->response, 200)};
    form_array(listing.form, "items");
    enum saga_error rc = reader->ops->list_hooks(reader, put_hook, &listing);
    for (uint32_t i = 0; i < hooks->count && rc == SAGA_OK; i++) {
        struct store_hook quiet = {.row.name = span_text(hooks->items[i].name)};
        rc = listing.seen[i] ? SAGA_OK : put_hook(&quiet, &listing);
    }
    form_end(listing.form);
    response_end(&call->response);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    }
}

struct dead_list {
    struct form *form;
    uint32_t count;
    uint32_t limit;
    uint64_t last;
    bool more;
};

static enum saga_error put_dead(const struct store_delivery *found, void *arg)
{
    struct dead_list *list = arg;
    struct form *form = list->form;
    if (list->count == list->limit) {
        list->more = true;
        return SAGA_OK;
    }
    form_map(form, NULL);
    form_uint(form, "id", found->delivery.id);
    form_str(form, "event", found->notice.event);
    form_str(form, "type", found->notice.type);
    form_str(form, "saga", found->notice.name);
    form_time(form, "at", found->notice.at_ms);
    form_time(form, "dead_at", found->delivery.at_ms);
    form_uint(form, "attempts", found->delivery.attempts);
    if (found->delivery.status > 0) {
        form_uint(form, "status", found->delivery.status);
    }
    form_str_if(form, "error", found->delivery.why);
    form_end(form);
    list->count++;
    list->last = found->delivery.id;
    return SAGA_OK;
}

static enum saga_error count_one(const struct store_delivery *found, void *arg)
{
    MAYBE(found->delivery.attempts > 0);
    *(bool *)arg = true;
    return SAGA_OK;
}

bool webhook_read_is_known(struct http_call *call)
{
    struct store_reader *reader = call->reader;
    bool has_dead = false;
    struct delivery_filter filter = {
        .which = DELIVERIES_DEAD, .hook = call->target.parts[0], .limit = 1};
    enum saga_error rc = reader->ops->list_deliveries(reader, &filter, count_one, &has_dead);
    return find(call, call->target.parts[0]) || (rc == SAGA_OK && has_dead);
}

void webhook_read_dead(struct http_call *call)
{
    uint64_t limit = DEAD_DEFAULT;
    uint64_t after = 0;
    if (!query_number(call, "limit", (struct query_bounds){1, DEAD_MAX}, &limit) ||
        !query_cursor(call, &after)) {
        return;
    }
    struct store_reader *reader = call->reader;
    struct dead_list list = {.form = response_begin(&call->response, 200),
                             .limit = (uint32_t)limit};
    struct delivery_filter filter = {.which = DELIVERIES_DEAD,
                                     .hook = call->target.parts[0],
                                     .after = after,
                                     .limit = list.limit + 1};
    form_array(list.form, "items");
    enum saga_error rc = reader->ops->list_deliveries(reader, &filter, put_dead, &list);
    form_end(list.form);
    if (list.more) {
        query_put_cursor(call, list.last);
    }
    response_end(&call->response);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    } else if (list.count == 0 && !webhook_read_is_known(call)) {
        problem_answer(call, SAGA_NOT_FOUND, "there is no webhook of this name");
    }
}
