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

/* What a reference may begin with, after "$.". */
enum root {
    ROOT_INPUT,
    ROOT_STEPS,
    ROOT_SAGA,
    ROOT_REASON,
    ROOT_EVENT,
    ROOT_ITEM,
    ROOT_INDEX,
    ROOT_COUNT,
};

static const char *const roots[ROOT_COUNT + 1] = {
    [ROOT_INPUT] = "input",   [ROOT_STEPS] = "steps", [ROOT_SAGA] = "saga",
    [ROOT_REASON] = "reason", [ROOT_EVENT] = "event", [ROOT_ITEM] = "item",
    [ROOT_INDEX] = "index",
};

/* The names that can follow some roots; each list ends with NULL. */
static const char *const step_members[] = {"output", "status", NULL};
static const char *const saga_members[] = {"id", NULL};
static const char *const reason_members[] = {"code", "message", "step", "actor", NULL};
static const char *const event_members[] = {"name", "type", "id",   "source",
                                            "time", "saga", "data", NULL};

/* The root of that name, or ROOT_COUNT. */
static enum root find_root(struct span name)
{
    uint32_t root = 0;
    while (root < ROOT_COUNT && !span_is(name, roots[root])) {
        root++;
    }
    return (enum root)root;
}

bool template_reference_is_root(struct span name)
{
    return find_root(name) != ROOT_COUNT;
}

static struct guess guess_word(struct span word, const char *const known[])
{
    struct nearest nearest = reading_nearest(word);
    for (size_t i = 0; known[i]; i++) {
        reading_nearest_try(&nearest, span_text(known[i]));
    }
    /* A known word stands in the wrong place: it is no slip. */
    return nearest.edits > 0 ? reading_guess(&nearest) : (struct guess){""};
}

/* Notes that the reference names nothing: with the word that `word` may be meant for, or else with
 * all that references can begin with. false. */
static bool refuse_word(struct compile *c, struct quoted written, struct span word,
                        const char *const known[])
{
    struct guess guess = guess_word(word, known);
    if (guess.text[0] != '\0') {
        reading_error(&c->reading, "'%s' refers to nothing%s", written.text, guess.text);
    } else {
        reading_error(
            &c->reading,
            "'%s' refers to nothing: references begin with $.input, $.steps.<name>.output, "
            "$.steps.<name>.status, $.saga.id or, where there is one, $.event, $.item, $.index "
            "or (in a compensation) $.reason",
            written.text);
    }
    return false;
}

/* May the template see the result of step `other`? A problem is noted when it may not. */
static bool check_step(struct compile *c, const struct template_view *view, struct quoted written,
                       uint32_t other)
{
    PRE(other < c->step_count);
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

/* Has the template an item? A problem is noted when it has none. */
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
    POST(parts.count <= ARRAY_COUNT(parts.names) + 1);
    return parts;
}

/* What follows the root is a name that the coordinator never gives: the value is always missing. */
static void warn_of_member(struct compile *c, struct quoted written, const struct parts *parts,
                           const char *const known[])
{
    PRE(parts->names[0].size > 0);
    struct span name = parts->names[1];
    bool is_known = name.size == 0;
    for (size_t i = 0; known[i] && !is_known; i++) {
        is_known = span_is(name, known[i]);
    }
    if (!is_known) {
        reading_warning(&c->reading, "'%s' is never there: $.%.*s has no '%s'%s", written.text,
                        (int)parts->names[0].size, (const char *)parts->names[0].data,
                        reading_quote(name).text, guess_word(name, known).text);
    }
}

/* $.steps.<name>.output... or .status; the first part is "steps". */
static bool resolve_step(struct compile *c, const struct template_view *view,
                         const struct parts *parts, struct reference *reference)
{
    PRE(span_is(parts->names[0], roots[ROOT_STEPS]));
    struct quoted written = reading_quote(reference->written);
    bool is_output = span_is(parts->names[2], "output");
    bool is_status = parts->count == 3 && span_is(parts->names[2], "status");
    if (view->is_early) {
        reading_error(&c->reading, "'%s': when this is filled in, no step has begun", written.text);
        return false;
    }
    if (!is_output && !is_status) {
        return refuse_word(c, written, parts->names[2], step_members);
    }
    if (parts->names[1].size == 0) {
        reading_error(&c->reading, "'%s': a step must be named, as in $.steps.<name>.output",
                      written.text);
        return false;
    }
    int32_t other = definition_graph_find(c, parts->names[1]);
    if (other < 0) {
        struct nearest nearest = definition_graph_nearest(c, parts->names[1]);
        reading_error(&c->reading, "'%s': there is no step '%s'%s", written.text,
                      reading_quote(parts->names[1]).text, reading_guess(&nearest).text);
        return false;
    }
    reference->root = is_output ? REFERENCE_OUTPUT : REFERENCE_STATUS;
    reference->step = (uint32_t)other;
    POST(c->steps[other].name.size > 0);
    reference->name = c->steps[other].name;
    reference->rest = parts->after[2];
    return check_step(c, view, written, (uint32_t)other);
}

static bool resolve_reason(struct compile *c, const struct template_view *view,
                           const struct parts *parts, struct quoted written)
{
    if (!view->is_undo) {
        reading_error(&c->reading, "'%s': only the input of a compensation has $.reason",
                      written.text);
        return false;
    }
    warn_of_member(c, written, parts, reason_members);
    return true;
}

static bool resolve_event(struct compile *c, const struct template_view *view,
                          const struct parts *parts, struct quoted written)
{
    if (!view->has_event) {
        reading_error(&c->reading, "'%s': there is no $.event here", written.text);
        return false;
    }
    warn_of_member(c, written, parts, event_members);
    return true;
}

bool template_reference_resolve(struct compile *c, const struct template_view *view,
                                const struct jsonpath_segment *first, struct reference *reference)
{
    static const enum reference_root targets[ROOT_COUNT] = {
        [ROOT_INPUT] = REFERENCE_INPUT, [ROOT_STEPS] = REFERENCE_OUTPUT,
        [ROOT_SAGA] = REFERENCE_ID,     [ROOT_REASON] = REFERENCE_REASON,
        [ROOT_EVENT] = REFERENCE_EVENT, [ROOT_ITEM] = REFERENCE_ITEM,
        [ROOT_INDEX] = REFERENCE_INDEX,
    };
    struct parts parts = split(first);
    struct quoted written = reading_quote(reference->written);
    enum root root = find_root(parts.names[0]);
    if (view->is_start && root != ROOT_EVENT) {
        reading_error(&c->reading, "'%s': what starts a saga sees $.event, and nothing else",
                      written.text);
        return false;
    }
    reference->rest = parts.after[0];
    reference->root = root == ROOT_COUNT ? REFERENCE_INPUT : targets[root];
    switch (root) {
    case ROOT_INPUT:
        return true;
    case ROOT_STEPS:
        return resolve_step(c, view, &parts, reference);
    case ROOT_SAGA:
        return (parts.count == 2 && span_is(parts.names[1], "id")) ||
               refuse_word(c, written, parts.names[1], saga_members);
    case ROOT_REASON:
        return resolve_reason(c, view, &parts, written);
    case ROOT_EVENT:
        return resolve_event(c, view, &parts, written);
    case ROOT_ITEM:
        return check_item(c, view, written);
    case ROOT_INDEX:
        return parts.count == 1 ? check_item(c, view, written)
                                : refuse_word(c, written, (struct span){NULL, 0}, roots);
    case ROOT_COUNT:
        break;
    }
    return refuse_word(c, written, parts.names[0], roots);
}

struct span template_reference_extent(struct compile *c, struct span text)
{
    struct jsonpath_problem problem;
    const struct jsonpath *path = NULL;
    size_t size = 0;
    enum saga_error rc = jsonpath_compile_prefix(text, &c->reading.scratch, &path, &size, &problem);
    c->reading.no_memory |= rc == SAGA_NO_MEMORY;
    POST(rc != SAGA_INVALID);
    POST(size <= text.size);
    return (struct span){text.data, size};
}
