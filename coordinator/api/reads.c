/* reads.c - what can be looked at: sagas, their history, their undo plans. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http.h"
#include "base/times.h"
#include "base/ids.h"
#include "base/mp.h"
#include "embed/embed_openapi.h"
#include "view/view_history.h"
#include "view/view_plan.h"
#include "journal/saga_image.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 500, HISTORY_DEFAULT = 500, HISTORY_MAX = 5000 };

static void plain(struct http_call *call, int status, const char *text)
{
    buf_clear(&call->out);
    buf_text(&call->out, text);
    call->status = status;
    call->type = "text/plain; charset=utf-8";
}

void about_healthz(struct http_call *call)
{
    plain(call, 200, "ok\n");
}

void about_readyz(struct http_call *call)
{
    const struct api_options *options = &call->api->options;
    bool ready = options->is_ready(options->arg);
    plain(call, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
}

void about_openapi(struct http_call *call)
{
    buf_clear(&call->out);
    buf_write(&call->out, embed_openapi, embed_openapi_size);
    call->status = 200;
    call->type = "application/json";
}

bool saga_read_load(struct http_call *call, struct span name, struct saga_image *image,
                    const struct definition **definition)
{
    struct store_reader *reader = call->api->reader;
    enum saga_error rc = ids_is_saga(name)
                             ? reader->ops->load_one(reader, name, &call->arena, image)
                             : SAGA_NOT_FOUND;
    if (rc != SAGA_OK) {
        problem_answer(call, rc, rc == SAGA_NOT_FOUND ? "there is no saga of this id" : NULL);
        return false;
    }
    *definition =
        catalog_find(call->api->options.catalog, image->head.definition, image->head.version);
    if (!*definition) {
        problem_answer(call, SAGA_STORE_CORRUPT, "the saga's definition is missing");
        return false;
    }
    return true;
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
        .has_steps = true, .has_values = true, .is_duplicate = is_duplicate};
    snprintf(call->etag, sizeof(call->etag), "\"%llu\"", (unsigned long long)view.seq);
    shape_saga(response_begin(call, status), &view, &detail);
    response_end(call);
}

void saga_read_one(struct http_call *call)
{
    saga_read_show(call, call->parts[0], 200, false);
    const char *known = header_text(call, "If-None-Match");
    if (call->status == 200 && known && strcmp(known, call->etag) == 0) {
        plain(call, 304, "");
    }
}

/* ---- lists ---- */

static const struct bounds any_seq = {0, INT64_MAX};

static bool query_refuse(struct http_call *call, const char *name, const char *what)
{
    char pointer[64];
    snprintf(pointer, sizeof(pointer), "?%s", name);
    problem_note(call, pointer, what);
    return problem_pass(call);
}

bool query_number(struct http_call *call, const char *name, struct bounds bounds, uint64_t *value)
{
    const char *text = query_text(call, name);
    if (!text) {
        return true;
    }
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0';
    if (!is_number || number < bounds.least || number > bounds.most) {
        char what[96];
        snprintf(what, sizeof(what), "must be a whole number from %llu to %llu",
                 (unsigned long long)bounds.least, (unsigned long long)bounds.most);
        return query_refuse(call, name, what);
    }
    *value = number;
    return true;
}

static bool query_time(struct http_call *call, const char *name, int64_t *at_ms)
{
    const char *text = query_text(call, name);
    if (text && !time_parse(span_text(text), at_ms)) {
        return query_refuse(call, name, "must be an RFC 3339 time, such as 2026-11-24T04:52:30Z");
    }
    return true;
}

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
    if (!query_number(call, "limit", (struct bounds){1, LIST_MAX}, &limit) ||
        !query_state(call, &filter) || !query_number(call, "cursor", any_seq, &filter.before) ||
        !query_time(call, "started_from", &filter.started_from_ms) ||
        !query_time(call, "started_until", &filter.started_until_ms)) {
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
    listing.form = response_begin(call, 200);
    form_array(listing.form, "items");
    struct store_reader *reader = call->api->reader;
    enum saga_error rc = reader->ops->list(reader, &filter, list_one, &listing);
    form_end(listing.form);
    if (listing.more || left_off > 0) {
        char cursor[24];
        snprintf(cursor, sizeof(cursor), "%llu",
                 (unsigned long long)(listing.more ? listing.last : left_off));
        form_text(listing.form, "next_cursor", cursor);
    }
    response_end(call);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, NULL);
    }
}

/* ---- history ---- */

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

void history_read(struct http_call *call)
{
    struct saga_image image;
    const struct definition *definition;
    uint64_t since = 0;
    struct history history = {.left = HISTORY_DEFAULT};
    if (!query_number(call, "since", any_seq, &since) ||
        !query_number(call, "cursor", any_seq, &since) ||
        !query_number(call, "limit", (struct bounds){1, HISTORY_MAX}, &history.left) ||
        !saga_read_load(call, call->parts[0], &image, &definition)) {
        return;
    }
    struct history_request request = {definition, since, &call->arena};
    history.form = response_begin(call, 200);
    form_array(history.form, "items");
    enum saga_error rc = view_history(&image, &request, history_one, &history);
    form_end(history.form);
    if (history.more) {
        char cursor[24];
        snprintf(cursor, sizeof(cursor), "%llu", (unsigned long long)history.last);
        form_text(history.form, "next_cursor", cursor);
    }
    response_end(call);
    if (rc != SAGA_OK && !history.more) {
        problem_answer(call, rc, NULL);
    }
}

/* ---- the undo plan ---- */

/* "a,b,c" as spans. */
static bool split(struct http_call *call, const char *text, struct texts *texts)
{
    struct span *items = arena_take(&call->arena, (strlen(text) + 1) * sizeof(*items));
    if (!items) {
        return false;
    }
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, ",");
        if (size > 0) {
            items[texts->count++] = span_of(at, size);
        }
        at += size + (at[size] == ',' ? 1 : 0);
    }
    texts->items = items;
    return true;
}

void plans_rollback(struct http_call *call)
{
    struct saga_image image;
    const struct definition *definition;
    struct texts steps = {0};
    struct plan plan;
    const char *why = NULL;
    const char *list = query_text(call, "steps");
    const char *to = query_text(call, "to");
    if ((list && !split(call, list, &steps)) ||
        !saga_read_load(call, call->parts[0], &image, &definition)) {
        return;
    }
    struct plan_request request = {
        .definition = definition,
        .steps = steps.items,
        .steps_count = steps.count,
        .to = to ? span_text(to) : (struct span){NULL, 0},
        .now_ms = call->api->options.now_ms(call->api->options.arg),
    };
    enum saga_error rc = view_plan(&image, &request, &call->arena, &plan, &why);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, why);
        return;
    }
    snprintf(call->etag, sizeof(call->etag), "\"%llu\"", (unsigned long long)plan.seq);
    shape_plan(response_begin(call, 200), &plan);
    response_end(call);
}

void plans_migration(struct http_call *call)
{
    struct saga_image image;
    const struct definition *definition;
    struct migration plan;
    const char *why = NULL;
    uint64_t version = 0;
    if (!query_number(call, "version", (struct bounds){1, UINT32_MAX}, &version)) {
        return;
    }
    if (version == 0) {
        (void)query_refuse(call, "version", "is required: a version of the definition");
        return;
    }
    if (!saga_read_load(call, call->parts[0], &image, &definition)) {
        return;
    }
    struct migration_request request = {definition, (uint32_t)version};
    enum saga_error rc = view_migration(&image, &request, &call->arena, &plan, &why);
    if (rc != SAGA_OK) {
        problem_answer(call, rc, why);
        return;
    }
    snprintf(call->etag, sizeof(call->etag), "\"%llu\"", (unsigned long long)plan.seq);
    shape_migration(response_begin(call, 200), &plan);
    response_end(call);
}

/* ---- the wire's `get` ---- */

struct wire_history {
    struct form *form;
    uint32_t left;
    uint64_t last;
    bool more;
};

static enum saga_error wire_one(const struct view_record *record, void *arg)
{
    struct wire_history *history = arg;
    if (history->left == 0) {
        history->more = true;
        return SAGA_CONFLICT;
    }
    shape_record(history->form, record);
    history->left--;
    history->last = record->seq;
    return SAGA_OK;
}

enum saga_error api_pack_saga(const struct saga_image *image, const struct definition *definition,
                              const struct api_range *range, struct buf *out, uint32_t *pairs)
{
    struct arena arena;
    struct view view;
    struct form form;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    form_open(&form, out, FORM_WIRE);
    enum saga_error rc = view_show(image, definition, &arena, &view);
    if (rc == SAGA_OK) {
        struct wire_history history = {.form = &form, .left = range->limit, .last = range->since};
        form_text(&form, "status", saga_state_name(view.state));
        shape_steps(&form, &view, true);
        form_array(&form, "history");
        struct history_request request = {definition, range->since, &arena};
        rc = view_history(image, &request, wire_one, &history);
        rc = history.more ? SAGA_OK : rc;
        form_end(&form);
        if (history.more) {
            form_uint(&form, "next_seq", history.last);
        }
        if (view.output.size > 0) {
            form_value(&form, "output", view.output);
        }
        *pairs = form_count(&form);
    }
    form_close(&form);
    arena_close(&arena);
    return rc == SAGA_OK && buf_failed(out) ? SAGA_TOO_LARGE : rc;
}
