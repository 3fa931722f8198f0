/* history.c - the records of one saga, in their order. */
#include "api/history.h"

#include "api/http_call.h"
#include "api/query.h"
#include "api/saga_read.h"
#include "api/shape.h"
#include "view/view_history.h"

#define SEQ_MAX ((UINT64_C(1) << 53) - 1) /* what JSON can say */

enum { HISTORY_DEFAULT = 500, HISTORY_MAX = 5000 };

struct history {
    struct form *form;
    uint64_t left;
    uint64_t last;
    bool more;
};

static enum saga_error history_one(const struct view_record *record, void *arg)
{
    struct history *history = arg;
    if (history->left == 0) {
        history->more = true;
        return SAGA_CONFLICT; /* enough; not an error here */
    }
    shape_record(history->form, record);
    history->left--;
    history->last = record->seq;
    return SAGA_OK;
}

/* The page, and the record behind it, which says that there is more. */
static bool load(struct http_call *call, uint64_t since, uint64_t limit, struct saga_image *image,
                 const struct definition **definition)
{
    const struct store_page page = {.first_seq = since + 1, .limit = (uint32_t)limit + 1};
    PRE(limit <= HISTORY_MAX);
    return saga_read_page(call, call->target.parts[0], &page, image, definition);
}

void history_read(struct http_call *call)
{
    struct saga_image image;
    const struct definition *definition;
    uint64_t since = 0;
    struct history history = {.left = HISTORY_DEFAULT};
    if (!query_number(call, "since", (struct query_bounds){0, SEQ_MAX}, &since) ||
        !query_cursor(call, &since) ||
        !query_number(call, "limit", (struct query_bounds){1, HISTORY_MAX}, &history.left) ||
        !load(call, since, history.left, &image, &definition)) {
        return;
    }
    struct history_request request = {definition, since, &call->arena};
    history.form = response_begin(&call->response, 200);
    form_array(history.form, "items");
    enum saga_error rc = view_history(&image, &request, history_one, &history);
    form_end(history.form);
    if (history.more) {
        query_put_cursor(call, history.last);
    }
    response_end(&call->response);
    if (rc != SAGA_OK && !history.more) {
        (void)saga_read_problem(call, rc);
    }
}
