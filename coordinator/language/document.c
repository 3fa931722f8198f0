/* document.c - what queries may name, and the value that they are evaluated on. */
#include "language/document.h"

#include "jsonpath/jsonpath_form.h"
#include "language/definition_draft.h"
#include "language/template.h"
#include "language/template_compile.h"
#include "language/template_reference.h"
#include "language/template_scope.h"

static bool is_same(const struct reference *a, const struct reference *b)
{
    return a->root == b->root && a->step == b->step;
}

static bool is_of_step(const struct reference *item)
{
    return item->root == REFERENCE_OUTPUT || item->root == REFERENCE_STATUS;
}

/* Keeps the items of one step side by side, so that each step is one map of the document. */
static void insert(struct reference *items, uint32_t *count, const struct reference *found)
{
    uint32_t at = *count;
    for (uint32_t i = 0; i < *count; i++) {
        if (is_same(&items[i], found)) {
            return;
        }
        if (is_of_step(found) && is_of_step(&items[i]) && items[i].step == found->step) {
            at = i + 1;
        }
    }
    for (uint32_t i = *count; i > at; i--) {
        items[i] = items[i - 1];
    }
    CHECK(at <= *count);
    items[at] = *found;
    *count += 1;
}

bool document_compile(struct compile *c, const struct template_view *view, struct span text,
                      const struct jsonpath_query *queries, struct document *document)
{
    PRE(document != NULL);
    uint32_t most = 0;
    for (const struct jsonpath_query *q = queries; q; q = jsonpath_query_other(q)) {
        most++;
    }
    struct reference *items = reading_take(&c->reading, most, sizeof(*items));
    *document = (struct document){.items = items};
    if (most > 0 && !items) {
        return false;
    }
    bool ok = true;
    for (const struct jsonpath_query *q = queries; q; q = jsonpath_query_other(q)) {
        size_t offset;
        uint32_t count;
        struct reference found = {0};
        const struct jsonpath_segment *parts = jsonpath_query_parts(q, &offset, &count);
        CHECK(offset < text.size);
        struct span rest = {text.data + offset, text.size - offset};
        found.written = template_reference_extent(c, rest);
        if (c->reading.no_memory || !template_reference_resolve(c, view, parts, &found)) {
            ok = false;
            continue;
        }
        found.rest = NULL; /* the query itself goes on from the root */
        insert(items, &document->count, &found);
        CHECK(document->count <= most);
    }
    return ok;
}

/* The value that an item stands for; empty when there is none. */
static void put_item(const struct reference *item, const struct scope *scope, struct buf *out)
{
    struct found found = template_scope_find(item, scope);
    if (found.is_text) {
        mp_put_str(out, found.text);
    } else {
        mp_put_value(out, found.value);
    }
}

/* Has the item a value? The null of a skipped step is one; an output that is not there is none. */
static bool is_there(const struct reference *item, const struct scope *scope)
{
    struct found found = template_scope_find(item, scope);
    return found.is_text || found.value.size > 0 || item->root == REFERENCE_INPUT ||
           template_scope_gives_null(item, scope);
}

static const char *const names[] = {
    [REFERENCE_INPUT] = "input",   [REFERENCE_OUTPUT] = "output", [REFERENCE_STATUS] = "status",
    [REFERENCE_REASON] = "reason", [REFERENCE_ID] = "id",         [REFERENCE_EVENT] = "event",
    [REFERENCE_ITEM] = "item",     [REFERENCE_INDEX] = "index",
};

/* The items of one step, from `at`: {output, status}; gives how many they are. */
static uint32_t put_step(const struct document *document, uint32_t at, const struct scope *scope,
                         struct buf *out)
{
    PRE(is_of_step(&document->items[at]));
    const struct reference *items = &document->items[at];
    uint32_t count = 0;
    uint32_t there = 0;
    while (at + count < document->count && is_of_step(&items[count]) &&
           items[count].step == items[0].step) {
        there += is_there(&items[count], scope) ? 1 : 0;
        count++;
    }
    mp_put_map(out, there);
    for (uint32_t i = 0; i < count; i++) {
        if (is_there(&items[i], scope)) {
            mp_put_text(out, names[items[i].root]);
            put_item(&items[i], scope, out);
        }
    }
    return count;
}

static uint32_t count_steps(const struct document *document)
{
    uint32_t count = 0;
    const struct reference *before = NULL;
    for (uint32_t i = 0; i < document->count; i++) {
        const struct reference *item = &document->items[i];
        if (is_of_step(item)) {
            count += before && before->step == item->step ? 0 : 1;
            before = item;
        }
    }
    return count;
}

static void put_steps(const struct document *document, uint32_t steps, const struct scope *scope,
                      struct buf *out)
{
    mp_put_text(out, "steps");
    mp_put_map(out, steps);
    for (uint32_t i = 0; i < document->count;) {
        if (is_of_step(&document->items[i])) {
            mp_put_str(out, document->items[i].name);
            i += put_step(document, i, scope, out);
        } else {
            i++;
        }
    }
}

void document_put(const struct document *document, const struct scope *scope, struct buf *out)
{
    PRE(document != NULL);
    PRE(scope != NULL);
    uint32_t steps = count_steps(document);
    uint32_t count = steps > 0 ? 1 : 0;
    for (uint32_t i = 0; i < document->count; i++) {
        const struct reference *item = &document->items[i];
        count += !is_of_step(item) && is_there(item, scope) ? 1 : 0;
    }
    mp_put_map(out, count);
    for (uint32_t i = 0; i < document->count; i++) {
        const struct reference *item = &document->items[i];
        if (is_of_step(item) || !is_there(item, scope)) {
            continue;
        }
        if (item->root == REFERENCE_ID) {
            mp_put_text(out, "saga");
            mp_put_map(out, 1);
        }
        mp_put_text(out, names[item->root]);
        put_item(item, scope, out);
    }
    if (steps > 0) {
        put_steps(document, steps, scope, out);
    }
}
