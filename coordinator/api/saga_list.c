/* saga_list.c - what the store lists, as a page of items. */
#include "api/saga_list.h"

#include "api/http_call.h"
#include "api/query.h"
#include "api/saga_filter.h"
#include "api/shape.h"
#include "store/rows.h"
#include "store/store.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 500 };

struct listing {
    struct http_call *call;
    struct form *form;
    uint32_t count;
    uint32_t limit;
    uint64_t last;       /* number of the last one shown */
    struct span last_id; /* its id, in the call's memory */
    bool more;
};

/* `alerts`, by their codes alone: the saga says more. */
static void put_alerts(struct form *form, uint32_t alerts)
{
    if (alerts == 0) {
        return;
    }
    form_array(form, "alerts");
    for (uint32_t i = 0; i < ALERT_COUNT; i++) {
        if (alerts & 1u << i) {
            form_map(form, NULL);
            form_text(form, "code", alert_name((enum alert)i));
            form_end(form);
        }
    }
    form_end(form);
}

static enum saga_error list_one(const struct store_item *item, void *arg)
{
    struct listing *listing = arg;
    if (listing->count == listing->limit) {
        listing->more = true;
        return SAGA_OK;
    }
    struct form *form = listing->form;
    form_map(form, NULL);
    shape_head(form, item->name, &item->head);
    put_alerts(form, item->alerts);
    form_time(form, "started_at", item->head.started_ms);
    form_time(form, "ended_at", item->head.ended_ms);
    form_end(form);
    listing->count++;
    listing->last = item->head.saga;
    if (listing->count < listing->limit) {
        return SAGA_OK;
    }
    bool ok = true;
    listing->last_id = arena_copy(&listing->call->arena, item->name, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

void saga_list(struct http_call *call)
{
    struct store_filter filter;
    uint64_t limit = LIST_DEFAULT;
    if (!query_number(call, "limit", (struct query_bounds){1, LIST_MAX}, &limit) ||
        !saga_filter_read(call, &filter)) {
        return;
    }
    struct listing listing = {.call = call, .limit = (uint32_t)limit};
    uint64_t left_off = 0;
    filter.limit = listing.limit + 1;
    filter.left_off = &left_off;
    listing.form = response_begin(&call->response, 200);
    form_array(listing.form, "items");
    struct store_reader *reader = call->reader;
    enum saga_error rc = reader->ops->list(reader, &filter, list_one, &listing);
    form_end(listing.form);
    if (listing.more && rows_go_by_name(&filter)) {
        query_put_cursor_id(call, listing.last_id);
    } else if (listing.more || left_off > 0) {
        query_put_cursor(call, listing.more ? listing.last : left_off);
    }
    response_end(&call->response);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    }
}
