/* template_reference.c - what "$.steps.flight.output.id" means, and whether it may be said here.
 *
 * A step may refer to what is certainly there when it starts: the input and the steps among its
 * transitive needs. A compensation also sees its own step and the reason. */
#include "engine/template_reference.h"

#include "engine/definition_parts.h"
#include "engine/document.h"

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
    compile_error(
        c,
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
        compile_error(c, "'%s': a step cannot refer to itself", written.text);
        return false;
    }
    if (other != step && !definition_graph_needs(c, step, other)) {
        compile_error(c, "'%s': '%s' is not among the steps that '%s' needs", written.text,
                      compile_quote(c->steps[other].name).text,
                      compile_quote(c->steps[step].name).text);
        return false;
    }
    return true;
}

/* Is there an item here? */
static bool check_item(struct compile *c, const struct template_view *view, struct quoted written)
{
    bool has_item = view->step >= 0 && c->drafts[view->step].for_each.size > 0;
    if (has_item && view->is_collection) {
        compile_error(c, "'%s': for_each is evaluated once, before there is an item", written.text);
        return false;
    }
    if (!has_item) {
        compile_error(c, "'%s': only a step with 'for_each' has $.item and $.index", written.text);
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
    struct quoted written = compile_quote(reference->written);
    bool is_output = span_is(parts->names[2], "output");
    bool is_status = parts->count == 3 && span_is(parts->names[2], "status");
    if (!is_output && !is_status) {
        list_roots(c, written);
        return false;
    }
    if (parts->names[1].size == 0) {
        compile_error(c, "'%s': a step must be named, as in $.steps.<name>.output", written.text);
        return false;
    }
    int32_t other = definition_graph_find(c, parts->names[1]);
    if (other < 0) {
        compile_error(c, "'%s': there is no step '%s'", written.text,
                      compile_quote(parts->names[1]).text);
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
    struct quoted written = compile_quote(reference->written);
    const struct root *root = find_root(parts.names[0]);

    if (root && !root->is_now) {
        compile_error(c, "'%s': $.%s is not supported yet", written.text, root->name);
        return false;
    }
    if (view->is_start && root != &roots[4]) {
        compile_error(c, "'%s': what starts a saga sees $.event, and nothing else", written.text);
        return false;
    }
    reference->rest = parts.after[0];
    if (root == &roots[0]) {
        reference->root = REFERENCE_INPUT;
        return true;
    }
    if (root == &roots[1] && view->is_early) {
        compile_error(c, "'%s': when this is filled in, no step has begun", written.text);
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
            compile_error(c, "'%s': only the input of a compensation has $.reason", written.text);
        }
        return view->is_undo;
    }
    if (root == &roots[4]) {
        reference->root = REFERENCE_EVENT;
        if (!view->has_event) {
            compile_error(c, "'%s': there is no $.event here", written.text);
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
    enum saga_error rc = jsonpath_compile_prefix(text, &c->scratch, &path, &size, &problem);
    c->no_memory |= rc == SAGA_NO_MEMORY;
    return (struct span){text.data, size};
}

/* A query that may give many values is evaluated on a document of what it looks at. */
static bool read_many(struct compile *c, const struct template_view *view,
                      const struct jsonpath *path, struct reference *reference)
{
    struct document *document = compile_take(c, 1, sizeof(*document));
    if (reference->written.size > DOCUMENT_TEXT_MAX) {
        compile_error(c, "'%s' is longer than %d bytes", compile_quote(reference->written).text,
                      DOCUMENT_TEXT_MAX);
        return false;
    }
    if (!document ||
        !document_compile(c, view, reference->written, jsonpath_queries(path), document)) {
        return false;
    }
    reference->many = path;
    reference->document = document;
    return true;
}

void template_reference_refuse(struct compile *c, struct span text,
                               const struct jsonpath_problem *problem)
{
    struct quoted written = compile_quote(text);
    size_t position = 1; /* in characters, from 1 */
    for (size_t i = 0; i < problem->offset && i < text.size; i++) {
        position += (text.data[i] & 0xc0) != 0x80;
    }
    compile_error(c,
                  "'%s' is not a reference (RFC 9535): at its character %zu, %s; write $$ for a "
                  "dollar",
                  written.text, position, problem->sentence);
}

const struct reference *template_reference_read(struct compile *c, const struct template_view *view,
                                                struct span text, size_t *size)
{
    PRE(text.size > 0 && text.data[0] == '$');
    struct jsonpath_problem problem;
    const struct jsonpath *path = NULL;
    struct reference *reference = compile_take(c, 1, sizeof(*reference));
    if (!reference) {
        return NULL;
    }
    enum saga_error rc = jsonpath_compile_prefix(text, c->arena, &path, size, &problem);
    if (rc == SAGA_INVALID) {
        template_reference_refuse(c, text, &problem);
    }
    c->no_memory |= rc == SAGA_NO_MEMORY;
    if (rc != SAGA_OK) {
        return NULL;
    }
    reference->written = compile_copy(c, (struct span){text.data, *size});
    uint32_t count;
    bool ok = jsonpath_is_singular(path)
                  ? template_reference_resolve(c, view, jsonpath_parts(path, &count), reference)
                  : read_many(c, view, path, reference);
    return ok ? reference : NULL;
}
