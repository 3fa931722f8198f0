/* pack.c - the shapes of a saga and its history, written for the wire. */
#include "api/pack.h"

#include "api/shape.h"
#include "base/arena.h"
#include "base/limits.h"
#include "view/view_history.h"

struct page {
    struct form *form;
    uint32_t left;
    uint64_t last;
    bool more;
};

static enum saga_error put_record(const struct view_record *record, void *arg)
{
    struct page *page = arg;
    if (page->left == 0) {
        page->more = true;
        return SAGA_CONFLICT;
    }
    shape_record(page->form, record);
    page->left--;
    page->last = record->seq;
    return SAGA_OK;
}

static const struct shape_detail whole = {.has_steps = true, .has_values = true};

/* There are no steps to show, and no history. */
static void put_unreadable(struct form *form, const struct saga_image *image)
{
    shape_unreadable(form, image, &whole);
    form_array(form, "history");
    form_end(form);
}

static enum saga_error put_saga(const struct saga_image *image, const struct definition *definition,
                                const struct pack_range *range, struct arena *arena,
                                struct form *form)
{
    struct view view;
    enum saga_error rc = view_show(image, definition, range->at_work, arena, &view);
    if (rc == SAGA_STORE_CORRUPT && view.flaw.why) {
        struct saga_image own = *image;
        own.flaw = view.flaw;
        put_unreadable(form, &own);
        return SAGA_OK;
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    struct page page = {.form = form, .left = range->limit, .last = range->since};
    shape_saga(form, &view, &whole);
    form_array(form, "history");
    struct history_request request = {definition, range->since, arena};
    rc = view_history(image, &request, put_record, &page);
    form_end(form);
    if (page.more) {
        form_uint(form, "next_seq", page.last);
    }
    return page.more ? SAGA_OK : rc;
}

enum saga_error pack_saga(const struct saga_image *image, const struct definition *definition,
                          const struct pack_range *range, struct buf *out, uint32_t *pairs)
{
    struct arena arena;
    struct form form;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    form_open(&form, out, FORM_WIRE);
    enum saga_error rc = SAGA_OK;
    if (image->is_unreadable) {
        put_unreadable(&form, image);
    } else {
        rc = put_saga(image, definition, range, &arena, &form);
    }
    *pairs = form_count(&form);
    form_close(&form);
    arena_close(&arena);
    return rc == SAGA_OK && buf_failed(out) ? SAGA_TOO_LARGE : rc;
}
