/* template_reference.c - what "$.steps.flight.output.id" means, and whether it may be said here.
 *
 * A step may refer to what is certainly there when it starts: the input and the steps among its
 * transitive needs. A compensation also sees its own step and the reason. */
#include "language/template_reference.h"

#include "jsonpath/jsonpath_form.h"
#include "language/definition_draft.h"
#include "language/definition_graph.h"
#include "language/template_compile.h"
#include "language/template_form.h"
#include "reading/reading_words.h"

struct root {
    const char *name;
    bool is_now; /* else: of a later version */
};

static const struct root roots[] = {
    {"input", true}, {"steps", true}, {"saga", true},  {"reason", true},
    {"event", true}, {"item", true},  {"index", true},
};

static void list_roots(struct compile *c, struct quoted written)
{
    reading_error(
        &c->reading,
        "'%s' refers to nothing: references begin with $.input, $.steps.<name>.output, "
        "$.steps.<name>.status, $.saga.id or, where there is one, $.event, $.item, $.index "
        "or (in a compensation) $.reason",
        written.text);
}

/* May the template see this step's result? */
static bool check_step(struct compile *c, const struct template_view *view, struct quoted written,
                       uint32_t other)
{
    if (view->step < 0 || !c->graph_is_clean) {
        return true;
    }
    uint32_t step = (uint32_t)view->step;
    if (other == step && !view->is_undo) {
        reading_error(&c->reading, "'%s': a step cannot refer to itself", written.text);
        return false;
    }
    if (other != step && !definition_graph_needs(c, step, other)) {
        reading_error(&c->reading, "'%s': '%s' is not among the steps that '%s' needs",
                      written.text, reading_quote(c->steps[other].name).text,
                      reading_quote(c->steps[step].name).text);
        return false;
    }
    return true;
}

/* Is there an item here? */
static bool check_item(struct compile *c, const struct template_view *view, struct quoted written)
{
    bool has_item = view->step >= 0 && c->drafts[view->step].for_each.size > 0;
    if (has_item && view->is_collection) {
        reading_error(&c->reading, "'%s': for_each is evaluated once, before there is an item",
                      written.text);
        return false;
    }
    if (!has_item) {
        reading_error(&c->reading, "'%s': only a step with 'for_each' has $.item and $.index",
                      written.text);
    }
    return has_item;
}

/* The parts of a reference's query, as far as they may belong to its root. */
struct parts {
    uint32_t count;                          /* of the query, at most 4 are counted */
    struct span names[3];                    /* of an index: empty */
    const struct jsonpath_segment *after[3]; /* the parts after each */
};

static struct parts split(const struct jsonpath_segment *part)
{
    struct parts parts = {.count = 0};
    for (size_t i = 0; i < ARRAY_COUNT(parts.names) && part != NULL; i++) {
        parts.names[i] = jsonpath_name(part);
        part = jsonpath_rest(part);
        parts.after[i] = part;
        parts.count++;
    }
    parts.count += part != NULL;
    return parts;
}

/* $.steps.<name>.output... or .status; the first part is "steps". */
static bool resolve_step(struct compile *c, const struct template_view *view,
                         const struct parts *parts, struct reference *reference)
{
    struct quoted written = reading_quote(reference->written);
    bool is_output = span_is(parts->names[2], "output");
    bool is_status = parts->count == 3 && span_is(parts->names[2], "status");
    if (!is_output && !is_status) {
        list_roots(c, written);
        return false;
    }
    if (parts->names[1].size == 0) {
        reading_error(&c->reading, "'%s': a step must be named, as in $.steps.<name>.output",
                      written.text);
        return false;
    }
    int32_t other = definition_graph_find(c, parts->names[1]);
    if (other < 0) {
        reading_error(&c->reading, "'%s': there is no step '%s'", written.text,
                      reading_quote(parts->names[1]).text);
        return false;
    }
    reference->root = is_output ? REFERENCE_OUTPUT : REFERENCE_STATUS;
    reference->step = (uint32_t)other;
    reference->name = c->steps[other].name;
    reference->rest = parts->after[2];
    return check_step(c, view, written, (uint32_t)other);
}

static const struct root *find_root(struct span name)
{
    for (size_t i = 0; i < ARRAY_COUNT(roots); i++) {
        if (span_is(name, roots[i].name)) {
            return &roots[i];
        }
    }
    return NULL;
}

bool template_reference_resolve(struct compile *c, const struct template_view *view,
                                const struct jsonpath_segment *first, struct reference *reference)
{
    struct parts parts = split(first);
    struct quoted written = reading_quote(reference->written);
    const struct root *root = find_root(parts.names[0]);

    if (root && !root->is_now) {
        reading_error(&c->reading, "'%s': $.%s is not supported yet", written.text, root->name);
        return false;
    }
    if (view->is_start && root != &roots[4]) {
        reading_error(&c->reading, "'%s': what starts a saga sees $.event, and nothing else",
                      written.text);
        return false;
    }
    reference->rest = parts.after[0];
    if (root == &roots[0]) {
        reference->root = REFERENCE_INPUT;
        return true;
    }
    if (root == &roots[1] && view->is_early) {
        reading_error(&c->reading, "'%s': when this is filled in, no step has begun", written.text);
        return false;
    }
    if (root == &roots[1]) {
        return resolve_step(c, view, &parts, reference);
    }
    if (root == &roots[2] && parts.count == 2 && span_is(parts.names[1], "id")) {
        reference->root = REFERENCE_ID;
        return true;
    }
    if (root == &roots[3]) {
        reference->root = REFERENCE_REASON;
        if (!view->is_undo) {
            reading_error(&c->reading, "'%s': only the input of a compensation has $.reason",
                          written.text);
        }
        return view->is_undo;
    }
    if (root == &roots[4]) {
        reference->root = REFERENCE_EVENT;
        if (!view->has_event) {
            reading_error(&c->reading, "'%s': there is no $.event here", written.text);
        }
        return view->has_event;
    }
    if (root == &roots[5] || (root == &roots[6] && parts.count == 1)) {
        reference->root = root == &roots[5] ? REFERENCE_ITEM : REFERENCE_INDEX;
        return check_item(c, view, written);
    }
    list_roots(c, written);
    return false;
}

struct span template_reference_extent(struct compile *c, struct span text)
{
    struct jsonpath_problem problem;
    const struct jsonpath *path = NULL;
    size_t size = 0;
    enum saga_error rc = jsonpath_compile_prefix(text, &c->reading.scratch, &path, &size, &problem);
    c->reading.no_memory |= rc == SAGA_NO_MEMORY;
    return (struct span){text.data, size};
}
