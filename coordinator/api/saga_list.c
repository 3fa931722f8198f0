/* saga_list.c - the arguments as a filter of the store, its items as a page. */
#include "api/saga_list.h"

#include <string.h>

#include "api/http_call.h"
#include "api/query.h"
#include "base/ids.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 500 };

static bool query_state(struct http_call *call, struct store_filter *filter)
{
    const char *text = query_text(call, "status");
    if (!text) {
        return true;
    }
    if (strcmp(text, "unfinished") == 0) {
        filter->unfinished = true;
        return true;
    }
    for (int state = 1; state < SAGA_STATE_COUNT; state++) {
        if (strcmp(text, saga_state_name((enum saga_state)state)) == 0) {
            filter->state = (enum saga_state)state;
            return true;
        }
    }
    return query_refuse(call, "status",
                        "must be running, compensating, completed, compensated, parked, "
                        "terminated, or unfinished");
}

/* The store takes 0 for "no bound". No saga started before 1970: an earlier `since` is no bound,
 * and an earlier `until` finds nothing. */
static bool query_span(struct http_call *call, struct store_filter *filter)
{
    if (!query_time(call, "since", &filter->started_from_ms) ||
        !query_time(call, "until", &filter->started_until_ms)) {
        return false;
    }
    if (filter->started_from_ms < 0) {
        filter->started_from_ms = 0;
    }
    if (query_text(call, "until") && filter->started_until_ms < 1) {
        filter->started_until_ms = 1;
    }
    return true;
}

struct listing {
    struct form *form;
    uint32_t count;
    uint32_t limit;
    uint64_t last;
    bool more;
};

static enum saga_error list_one(const struct store_item *item, void *arg)
{
    struct listing *listing = arg;
    if (listing->count == listing->limit) {
        listing->more = true;
        return SAGA_OK;
    }
    struct form *form = listing->form;
    form_map(form, NULL);
    form_str(form, "id", item->name);
    form_str(form, "definition", item->head.definition);
    form_uint(form, "version", item->head.version);
    form_text(form, "kind", "defined");
    form_text(form, "status", saga_state_name(item->head.state));
    form_bool(form, "paused", item->head.paused);
    form_time(form, "started_at", item->head.started_ms);
    form_time(form, "ended_at", item->head.ended_ms);
    form_end(form);
    listing->count++;
    listing->last = item->head.saga;
    return SAGA_OK;
}

void saga_list(struct http_call *call)
{
    struct store_filter filter = {0};
    uint64_t limit = LIST_DEFAULT;
    if (!query_number(call, "limit", (struct query_bounds){1, LIST_MAX}, &limit) ||
        !query_state(call, &filter) || !query_cursor(call, &filter.before) ||
        !query_span(call, &filter)) {
        return;
    }
    const char *definition = query_text(call, "definition");
    const char *parent = query_text(call, "parent");
    if (definition) {
        filter.definition = span_text(definition);
    }
    if (parent && !ids_is_saga(span_text(parent))) {
        (void)query_refuse(call, "parent", "must be the id of a saga");
        return;
    }
    if (parent) {
        filter.parent = span_text(parent);
    }
    struct listing listing = {.limit = (uint32_t)limit};
    uint64_t left_off = 0;
    filter.limit = listing.limit + 1;
    filter.left_off = &left_off;
    listing.form = response_begin(&call->response, 200);
    form_array(listing.form, "items");
    struct store_reader *reader = call->reader;
    enum saga_error rc = reader->ops->list(reader, &filter, list_one, &listing);
    form_end(listing.form);
    if (listing.more || left_off > 0) {
        query_put_cursor(call, listing.more ? listing.last : left_off);
    }
    response_end(&call->response);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    }
}
