/* saga_read.c - a saga is loaded from the store, looked at by the engine, and shown. */
#include "api/saga_read.h"

#include "api/headers.h"
#include "api/http_call.h"
#include "api/shape.h"
#include "base/ids.h"
#include "view/view_history.h"

/* What loading said, and the definition. False when a problem was answered. */
static bool take(struct http_call *call, enum saga_error rc, const struct saga_image *image,
                 const struct definition **definition)
{
    if (rc != SAGA_OK) {
        problem_answer(call, rc, rc == SAGA_NOT_FOUND ? "there is no saga of this id" : NULL);
        return false;
    }
    *definition = catalog_find(call->options->catalog, image->head.definition, image->head.version);
    if (!*definition) {
        problem_answer(call, SAGA_STORE_CORRUPT, "the saga's definition is missing");
        return false;
    }
    return true;
}

bool saga_read_load(struct http_call *call, struct span name, struct saga_image *image,
                    const struct definition **definition)
{
    struct store_reader *reader = call->reader;
    enum saga_error rc = ids_is_saga(name)
                             ? reader->ops->load_one(reader, name, &call->arena, image)
                             : SAGA_NOT_FOUND;
    return take(call, rc, image, definition);
}

bool saga_read_page(struct http_call *call, struct span name, const struct store_page *page,
                    struct saga_image *image, const struct definition **definition)
{
    struct store_reader *reader = call->reader;
    enum saga_error rc = ids_is_saga(name)
                             ? reader->ops->load_page(reader, name, page, &call->arena, image)
                             : SAGA_NOT_FOUND;
    if (!take(call, rc, image, definition)) {
        return false;
    }
    return !view_history_needs_all(*definition) || saga_read_load(call, name, image, definition);
}

static bool make_view(struct http_call *call, struct span name, struct view *view)
{
    struct saga_image image;
    const struct definition *definition;
    if (!saga_read_load(call, name, &image, &definition)) {
        return false;
    }
    enum saga_error rc = view_show(&image, definition, &call->arena, view);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    }
    return rc == SAGA_OK;
}

void saga_read_show(struct http_call *call, struct span name, int status, bool is_duplicate)
{
    struct view view;
    if (!make_view(call, name, &view)) {
        return;
    }
    struct shape_detail detail = {
        .has_steps = !call->is_short, .has_values = !call->is_short, .is_duplicate = is_duplicate};
    response_etag(&call->response, view.seq);
    shape_saga(response_begin(&call->response, status), &view, &detail);
    response_end(&call->response);
}

void saga_read_one(struct http_call *call)
{
    saga_read_show(call, call->target.parts[0], 200, false);
    if (call->response.status == 200 && headers_is_known(call)) {
        response_plain(&call->response, 304, "");
    }
}
