/* template_reference.c - what "$.steps.flight.output.id" means, and whether it may be said here.
 *
 * A step may refer to what is certainly there when it starts: the input and the steps among its
 * transitive needs. A compensation also sees its own step and the reason. */
#include "engine/template_reference.h"

#include "engine/definition_parts.h"

struct root {
    const char *name;
    bool is_now; /* else: of a later version */
};

static const struct root roots[] = {
    {"input", true}, {"steps", true},  {"saga", true},   {"reason", true},
    {"item", false}, {"index", false}, {"event", false},
};

static void list_roots(struct compile *c, struct quoted written)
{
    compile_error(c,
                  "'%s' refers to nothing: references begin with $.input, $.steps.<name>.output, "
                  "$.steps.<name>.status, $.saga.id or (in a compensation) $.reason",
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
        compile_error(c, "'%s': a step's input cannot refer to the step itself", written.text);
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

/* $.steps.<name>.output... or .status; the first part is "steps". */
static bool resolve_step(struct compile *c, const struct template_view *view,
                         struct reference *reference)
{
    const struct path *path = &reference->path;
    struct quoted written = compile_quote(reference->written);
    bool is_output = path->count > 2 && span_is(path->parts[2].name, "output");
    bool is_status = path->count == 3 && span_is(path->parts[2].name, "status");
    if (!is_output && !is_status) {
        list_roots(c, written);
        return false;
    }
    int32_t other = definition_graph_find(c, path->parts[1].name);
    if (other < 0) {
        compile_error(c, "'%s': there is no step '%s'", written.text,
                      compile_quote(path->parts[1].name).text);
        return false;
    }
    reference->root = is_output ? REFERENCE_OUTPUT : REFERENCE_STATUS;
    reference->step = (uint32_t)other;
    reference->first = 3;
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

/* What the parsed path of a reference begins with. */
static bool resolve(struct compile *c, const struct template_view *view,
                    struct reference *reference)
{
    const struct path *path = &reference->path;
    struct quoted written = compile_quote(reference->written);
    const struct root *root = path->count > 0 ? find_root(path->parts[0].name) : NULL;

    if (root != NULL && !root->is_now) {
        compile_error(c, "'%s': $.%s is not supported yet", written.text, root->name);
        return false;
    }
    reference->first = 1;
    if (root == &roots[0]) {
        reference->root = REFERENCE_INPUT;
        return true;
    }
    if (root == &roots[1]) {
        return resolve_step(c, view, reference);
    }
    if (root == &roots[2] && path->count == 2 && span_is(path->parts[1].name, "id")) {
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
    list_roots(c, written);
    return false;
}

void template_reference_refuse(struct compile *c, enum path_result result, struct span text)
{
    struct quoted written = compile_quote(text);
    if (result == PATH_MANY) {
        compile_error(c,
                      "'%s' may give more than one value; only names and indexes are supported "
                      "yet",
                      written.text);
    } else if (result == PATH_LONG) {
        compile_error(c, "'%s' has more than %d parts", written.text, PATH_PARTS_MAX);
    } else if (result == PATH_NO_MEMORY) {
        c->no_memory = true;
    } else {
        compile_error(c, "'%s' is not a reference (RFC 9535); write $$ for a dollar", written.text);
    }
}

const struct reference *template_reference_read(struct compile *c, const struct template_view *view,
                                                struct span text, size_t *size)
{
    PRE(text.size > 0 && text.data[0] == '$');
    struct reference *reference = compile_take(c, 1, sizeof(*reference));
    if (reference == NULL) {
        return NULL;
    }
    enum path_result result =
        path_parse((struct span){text.data + 1, text.size - 1}, c->arena, &reference->path, size);
    *size += 1;
    if (result != PATH_OK) {
        template_reference_refuse(c, result, text);
        return NULL;
    }
    reference->written = compile_copy(c, (struct span){text.data, *size});
    return resolve(c, view, reference) ? reference : NULL;
}
