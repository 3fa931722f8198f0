/* saga_read.c - a saga is loaded from the store, looked at by the engine, and shown. */
#include "api/saga_read.h"

#include "api/headers.h"
#include "api/http_call.h"
#include "api/shape.h"
#include "base/ids.h"
#include "engine/at_work.h"
#include "view/view_history.h"

/* What loading said, and the definition. A saga that cannot be read is marked so, if its head can:
 * SAGA_STORE_CORRUPT. */
static enum saga_error take(struct http_call *call, enum saga_error rc, struct saga_image *image,
                            const struct definition **definition)
{
    if (rc == SAGA_STORE_CORRUPT && image->name.size > 0) {
        image->is_unreadable = true;
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    *definition = catalog_of_saga(call->options->catalog, &image->head);
    if (!*definition) {
        image->is_unreadable = true;
        image->flaw.why = FLAW_NO_DEFINITION;
    }
    return *definition ? SAGA_OK : SAGA_STORE_CORRUPT;
}

bool saga_read_problem(struct http_call *call, enum saga_error rc)
{
    if (rc == SAGA_STORE_CORRUPT) {
        problem_answer(call, SAGA_CONFLICT,
                       "the saga cannot be read: the saga itself shows why (`unreadable`)");
    } else if (rc != SAGA_OK) {
        problem_answer(call, rc, rc == SAGA_NOT_FOUND ? "there is no saga of this id" : NULL);
    }
    return rc == SAGA_OK;
}

static enum saga_error load(struct http_call *call, struct span name, struct saga_image *image,
                            const struct definition **definition)
{
    struct store_reader *reader = call->reader;
    enum saga_error rc = ids_is_saga(name)
                             ? reader->ops->load_one(reader, name, &call->arena, image)
                             : SAGA_NOT_FOUND;
    return take(call, rc, image, definition);
}

bool saga_read_load(struct http_call *call, struct span name, struct saga_image *image,
                    const struct definition **definition)
{
    return saga_read_problem(call, load(call, name, image, definition));
}

static enum saga_error note_found(const struct store_item *item, void *arg)
{
    *(uint64_t *)arg = item->head.saga;
    return SAGA_OK;
}

/* Has the saga been under more than one version of its definition? Of one that is older than facets
 * nobody knows without its records: then it may have been. */
static enum saga_error look_for_moves(struct http_call *call, const struct head *head, bool *moved)
{
    static const struct store_facet facet = {.kind = FACET_MOVED,
                                             .value = {(const uint8_t *)"moved", 5}};
    const struct store_filter filter = {
        .facets = &facet, .facet_count = 1, .before = head->saga + 1, .limit = 1};
    struct store_facts facts;
    uint64_t found = 0;
    call->options->store->ops->facts(call->options->store, &facts);
    enum saga_error rc = call->reader->ops->list(call->reader, &filter, note_found, &found);
    *moved = found == head->saga || head->first_lsn <= facts.facets_lsn;
    return rc;
}

/* Puts the row with the first record before those of the page. */
static enum saga_error add_start(struct http_call *call, struct saga_image *image)
{
    const struct store_page start = {.first_seq = 1, .limit = 1};
    struct saga_image first;
    if (image->row_count == 0 || image->rows[0].seq == 1) {
        return SAGA_OK;
    }
    enum saga_error rc =
        call->reader->ops->load_page(call->reader, image->name, &start, &call->arena, &first);
    if (rc != SAGA_OK || first.row_count == 0) {
        return rc;
    }
    struct row *rows = arena_take(&call->arena, (image->row_count + 1) * sizeof(*rows));
    if (!rows) {
        return SAGA_NO_MEMORY;
    }
    rows[0] = first.rows[0];
    memcpy(rows + 1, image->rows, image->row_count * sizeof(*rows));
    image->rows = rows;
    image->row_count++;
    return SAGA_OK;
}

bool saga_read_page(struct http_call *call, struct span name, const struct store_page *page,
                    struct saga_image *image, const struct definition **definition)
{
    struct store_reader *reader = call->reader;
    bool has_moved = false;
    enum saga_error rc = ids_is_saga(name)
                             ? reader->ops->load_page(reader, name, page, &call->arena, image)
                             : SAGA_NOT_FOUND;
    rc = take(call, rc, image, definition);
    if (rc == SAGA_OK && view_history_has_versions(*definition)) {
        rc = look_for_moves(call, &image->head, &has_moved);
    }
    if (!saga_read_problem(call, rc)) {
        return false;
    }
    switch (view_history_needs(*definition, has_moved)) {
    case VIEW_HISTORY_PART:
        break;
    case VIEW_HISTORY_START:
        return saga_read_problem(call, add_start(call, image));
    case VIEW_HISTORY_ALL:
        return saga_read_load(call, name, image, definition);
    }
    return true;
}

/* After SAGA_STORE_CORRUPT the image says what is wrong, if its head could be read. */
static enum saga_error make_view(struct http_call *call, struct span name, struct at_work *open,
                                 struct saga_image *image, struct view *view)
{
    const struct definition *definition;
    *image = (struct saga_image){0};
    enum saga_error rc = load(call, name, image, &definition);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = view_show(image, definition, open, &call->arena, view);
    if (rc == SAGA_STORE_CORRUPT) {
        image->is_unreadable = true;
        image->flaw = view->flaw;
    }
    return rc;
}

struct show_as {
    int status;
    bool is_duplicate;
};

static void show(struct http_call *call, struct span name, struct at_work *open,
                 const struct show_as *as)
{
    struct view view;
    struct saga_image image;
    enum saga_error rc = make_view(call, name, open, &image, &view);
    struct shape_detail detail = {.has_steps = !call->is_short,
                                  .has_values = !call->is_short,
                                  .is_duplicate = as->is_duplicate};
    if (image.is_unreadable) {
        shape_unreadable(response_begin(&call->response, as->status), &image, &detail);
        response_end(&call->response);
        return;
    }
    if (!saga_read_problem(call, rc)) {
        return;
    }
    response_etag(&call->response, view.seq);
    shape_saga(response_begin(&call->response, as->status), &view, &detail);
    response_end(&call->response);
}

void saga_read_show(struct http_call *call, struct span name, int status, bool is_duplicate)
{
    const struct show_as as = {status, is_duplicate};
    show(call, name, NULL, &as);
}

void saga_read_one(struct http_call *call)
{
    struct at_work *open = ARENA_NEW(&call->arena, struct at_work);
    if (!open) {
        problem_answer(call, SAGA_NO_MEMORY, NULL);
        return;
    }
    *open = (struct at_work){.arena = &call->arena};
    call->kept = open;
    call->request.kind = REQUEST_LOOK;
    call->request.saga = call->target.parts[0];
    call->request.at_work = open;
    http_call_post(call);
}

/* While the loop takes no questions, the saga is shown as its rows say. */
void saga_read_one_reply(struct http_call *call)
{
    const struct show_as as = {200, false};
    show(call, call->target.parts[0], call->answer.error == SAGA_OK ? call->kept : NULL, &as);
    if (call->response.status == 200 && headers_is_known(call)) {
        response_plain(&call->response, 304, "");
    }
}
