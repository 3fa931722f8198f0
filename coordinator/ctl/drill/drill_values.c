/* drill_values.c - the saga's input and the steps' outputs: given, or made up so that every
 * reference finds something.
 *
 * The array of a fan-out has one item. Conditions hold when the input is made up, so that every
 * step is tried. A value is made up as a tree: each reference into the tree plants its path there,
 * and at the end of the path a text: the last name of the path. Where two references want different
 * things at one place, the first has it. */
#include "ctl/drill/drill_values.h"

#include <stdlib.h>

#include "base/json.h"
#include "ctl/drill/drill_schema.h"
#include "jsonschema/jsonschema.h"
#include "jsonpath/jsonpath.h"
#include "language/template_form.h"

enum {
    SCHEMA_ATTEMPTS = 64, /* at an input that fits input_schema */
    INDEX_MAX = 1000,     /* items of an array that is made up */
    VALUE_MAX = 4 * 1024 * 1024,
};

/* ---- every reference of a definition ---- */

/* A second after a drill begins: a sleep until then does not outlast the saga's time-out. */
#define SOON "1970-01-01T00:00:02Z"

struct visit {
    const struct definition *definition;
    bool in_do;       /* part of the step's do: a value that is missing fails the step */
    uint32_t step;    /* whose template is visited; step_count for those of the saga */
    const char *leaf; /* the text that is wanted; NULL: any */
    void *arg;
};

typedef void (*visit_fn)(const struct visit *visit, const struct reference *reference);

static void visit_template(const struct visit *visit, const struct template *template, visit_fn fn)
{
    for (uint32_t i = 0; template && i < template->piece_count; i++) {
        const struct template_piece *piece = &template->pieces[i];
        if (piece->kind == TEMPLATE_REFERENCE) {
            fn(visit, piece->reference);
        }
        for (uint32_t k = 0; piece->kind == TEMPLATE_TEXT && k < piece->part_count; k++) {
            if (piece->parts[k].reference) {
                fn(visit, piece->parts[k].reference);
            }
        }
    }
}

static void visit_all(const struct definition *definition, visit_fn fn, void *arg)
{
    struct visit visit = {.definition = definition, .arg = arg};
    for (uint32_t i = 0; i < definition->step_count; i++) {
        const struct step_spec *step = &definition->steps[i];
        visit.step = i;
        visit.in_do = true;
        visit_template(&visit, step->for_each, fn);
        visit_template(&visit, step->action.input, fn);
        visit_template(&visit, step->data, fn);
        visit_template(&visit, step->approval ? step->approval->question : NULL, fn);
        visit_template(&visit, step->approval ? step->approval->show : NULL, fn);
        visit.leaf = SOON;
        visit_template(&visit, step->sleep_until, fn);
        visit.leaf = NULL;
        visit.in_do = false;
        visit_template(&visit, step->has_undo ? step->undo.input : NULL, fn);
    }
    visit.step = definition->step_count;
    visit_template(&visit, definition->output, fn);
    visit_template(&visit, definition->concurrency.key, fn);
}

/* ---- a value made up ---- */

/* Where the part leads to in an array; SIZE_MAX = nowhere, or too far. */
static size_t place(const json_t *array, int64_t index)
{
    int64_t size = (int64_t)json_array_size(array);
    int64_t at = index >= 0 ? index : size + index;
    at = at < 0 ? 0 : at; /* [-2] of nothing: two are made */
    return index < -INDEX_MAX || at > INDEX_MAX ? SIZE_MAX : (size_t)at;
}

/* One part of a singular query. */
struct part {
    struct span name; /* of an index: empty */
    int64_t index;
    bool is_index;
};

static struct part read_part(const struct jsonpath_segment *segment)
{
    struct part part = {.name = jsonpath_name(segment)};
    part.is_index = jsonpath_index(segment, &part.index);
    return part;
}

static json_t *get(const json_t *parent, const struct part *part)
{
    if (part->is_index) {
        return json_array_get(parent, place(parent, part->index));
    }
    return json_object_getn(parent, (const char *)part->name.data, part->name.size);
}

static json_t *put(json_t *parent, const struct part *part, json_t *value)
{
    if (!part->is_index) {
        json_object_setn_new(parent, (const char *)part->name.data, part->name.size, value);
        return value;
    }
    size_t at = place(parent, part->index);
    size_t least = part->index < 0 ? (size_t)-part->index : at + 1;
    while (at != SIZE_MAX && json_array_size(parent) < least) {
        json_array_append_new(parent, json_null());
    }
    return json_array_set_new(parent, at, value) == 0 ? value : NULL;
}

static json_t *grow(const struct jsonpath_segment *next, struct span name)
{
    if (next) {
        return read_part(next).is_index ? json_array() : json_object();
    }
    return json_stringn((const char *)name.data, name.size);
}

/* Makes the parts of a query lead to something: to the leaf, or without one to the last name of the
 * query. `root` is an array with the value in it. */
static void plant(json_t *root, const struct jsonpath_segment *parts, const char *leaf)
{
    struct part part = {.is_index = true};
    struct span name = span_text(leaf ? leaf : "value");
    json_t *parent = root;
    for (const struct jsonpath_segment *next = parts; parent; next = jsonpath_rest(next)) {
        json_t *child = get(parent, &part);
        bool is_leaf = !json_is_object(child) && !json_is_array(child);
        if (is_leaf && !parts) {
            (void)put(parent, &part, json_object());
            return;
        }
        if (!child || json_is_null(child) || (is_leaf && next)) {
            child = put(parent, &part, grow(next, name));
        }
        if (!next || !child) {
            return;
        }
        part = read_part(next);
        name = part.is_index || leaf ? name : part.name;
        parent = part.is_index == json_is_array(child) && (part.is_index || json_is_object(child))
                     ? child
                     : NULL;
    }
}

static void imagine(const struct visit *visit, const struct reference *reference)
{
    json_t *roots = visit->arg;
    uint32_t count = visit->definition->step_count;
    if (reference->many) {
        return; /* finds nothing, which gives an empty array */
    }
    if (reference->root == REFERENCE_INPUT || reference->root == REFERENCE_OUTPUT) {
        uint32_t at = reference->root == REFERENCE_INPUT ? count : reference->step;
        plant(json_array_get(roots, at), reference->rest, visit->leaf);
    } else if (reference->root == REFERENCE_EVENT) {
        plant(json_array_get(roots, count + 1), reference->rest, visit->leaf);
    } else if (reference->root == REFERENCE_ITEM && visit->step < count) {
        plant(json_array_get(roots, count + 2 + visit->step), reference->rest, visit->leaf);
    }
}

/* Makes up the array of a fan-out: one item, with what the step refers to in an item. */
static void imagine_items(json_t *roots, const struct definition *definition, uint32_t step)
{
    uint32_t count = definition->step_count;
    const struct template *template = definition->steps[step].for_each;
    const struct reference *reference = template ? template->pieces[0].reference : NULL;
    bool is_output = reference && reference->root == REFERENCE_OUTPUT;
    if (!reference || reference->many || (!is_output && reference->root != REFERENCE_INPUT)) {
        return;
    }
    json_t *parent = json_array_get(roots, is_output ? reference->step : count);
    struct part part = {.is_index = true};
    for (const struct jsonpath_segment *next = reference->rest; parent && next;
         next = jsonpath_rest(next)) {
        parent = get(parent, &part);
        part = read_part(next);
    }
    json_t *item = json_array_get(json_array_get(roots, count + 2 + step), 0);
    if (parent && (json_is_object(parent) || json_is_array(parent))) {
        (void)put(parent, &part, json_pack("[O]", item));
    }
}

/* ---- given or made up, as msgpack ---- */

static bool pack(struct buf *out, const json_t *value)
{
    struct json_problem problem;
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    bool good = text && json_to_mp(span_text(text), out, &problem) == SAGA_OK;
    if (!good) {
        fprintf(stderr, "sagactl: a value cannot be used: %s\n",
                text ? problem.detail : "out of memory");
    }
    free(text);
    return good;
}

static bool names_are_known(const struct definition *definition, const json_t *outputs)
{
    const char *name;
    json_t *value;
    bool good = !outputs || json_is_object(outputs);
    if (!good) {
        fprintf(stderr, "sagactl: --outputs must be an object: {\"step\": output}\n");
        return false;
    }
    json_object_foreach((json_t *)(uintptr_t)outputs, name, value)
    {
        if (definition_step(definition, span_text(name)) < 0) {
            fprintf(stderr, "sagactl: --outputs: there is no step %s\n", name);
            good = false;
        }
    }
    return good;
}

struct missing {
    const struct drill_values *values;
    bool any;
};

/* Says which references of a do find nothing: the step would fail. In an undo they give null. */
static void look_for(const struct visit *visit, const struct reference *reference)
{
    struct missing *missing = visit->arg;
    bool is_input = reference->root == REFERENCE_INPUT;
    bool may_miss = reference->many || reference->fallback.size > 0;
    if (!visit->in_do || may_miss || (!is_input && reference->root != REFERENCE_OUTPUT)) {
        return;
    }
    const struct buf *root =
        is_input ? &missing->values->input : &missing->values->outputs[reference->step];
    if (jsonpath_follow(reference->rest, buf_span(root)).size > 0) {
        return;
    }
    struct span name = visit->definition->steps[visit->step].name;
    fprintf(stderr, "sagactl: every run would end at %.*s (bad_reference): there is no %.*s; %s\n",
            (int)name.size, (const char *)name.data, (int)reference->written.size,
            (const char *)reference->written.data,
            is_input ? "give it in --input" : "give it in --outputs");
    missing->any = true;
}

/* ---- the input, as input_schema wants it ---- */

static bool fits(const struct definition *definition, const struct buf *input,
                 struct jsonschema_report *report)
{
    return !definition->input_schema ||
           jsonschema_check(definition->input_schema, buf_span(input), report) == SAGA_OK;
}

static bool complain(const struct jsonschema_report *report, const char *what)
{
    for (uint32_t i = 0; i < report->count; i++) {
        fprintf(stderr, "sagactl: no run would begin: %s%s %s (input_schema)\n", what,
                report->problems[i].pointer, report->problems[i].detail);
    }
    return false;
}

/* Makes what the references want fit the schema, deciding in other ways until it does. */
static bool make_input(struct drill_values *values, const struct definition *definition,
                       const struct drill_given *given, const json_t *hint)
{
    struct jsonschema_report report = {.count = 0};
    bool is_fit = false;
    bool is_packed = true;
    for (uint32_t i = 0; i < SCHEMA_ATTEMPTS && is_packed && !is_fit; i++) {
        json_t *made = drill_schema_make(given->input_schema, hint, i);
        buf_clear(&values->input);
        is_packed = pack(&values->input, made);
        is_fit = is_packed && fits(definition, &values->input, &report);
        json_decref(made);
    }
    if (is_packed && !is_fit) {
        complain(&report, "no input was found that fits, say --input JSON: input");
    }
    return is_packed && is_fit;
}

static bool fill_input(struct drill_values *values, const struct definition *definition,
                       const struct drill_given *given, const json_t *made_up)
{
    struct jsonschema_report report;
    if (!given->input && given->input_schema && definition->input_schema) {
        return make_input(values, definition, given, made_up);
    }
    json_t *nothing = json_object();
    bool is_packed = pack(&values->input, given->input            ? given->input
                                          : json_is_null(made_up) ? nothing
                                                                  : made_up);
    json_decref(nothing);
    return is_packed && (fits(definition, &values->input, &report) || complain(&report, "--input"));
}

/* ---- all of them ---- */

static bool fill(struct drill_values *values, const struct definition *definition,
                 const struct drill_given *given)
{
    uint32_t count = definition->step_count;
    json_t *roots = json_array();
    for (uint32_t i = 0; i <= 2 * count + 1; i++) {
        json_array_append_new(roots, json_pack("[n]"));
    }
    visit_all(definition, imagine, roots);
    for (uint32_t i = 0; i < count; i++) {
        imagine_items(roots, definition, i);
    }
    const json_t *made_up = json_array_get(json_array_get(roots, count), 0);
    bool good = fill_input(values, definition, given, made_up);
    good = good && pack(&values->event, json_array_get(json_array_get(roots, count + 1), 0));
    for (uint32_t i = 0; i < count && good; i++) {
        struct span name = definition->steps[i].name;
        const json_t *output = json_object_getn(given->outputs, (const char *)name.data, name.size);
        good = pack(&values->outputs[i],
                    output ? output : json_array_get(json_array_get(roots, i), 0));
    }
    json_decref(roots);
    return good;
}

bool drill_values_open(struct drill_values *values, const struct definition *definition,
                       const struct drill_given *given)
{
    uint32_t count = definition->step_count;
    *values = (struct drill_values){.made_up_input = !given->input};
    buf_open(&values->input, VALUE_MAX);
    buf_open(&values->event, VALUE_MAX);
    values->outputs = calloc(count, sizeof(*values->outputs));
    if (!values->outputs) {
        fprintf(stderr, "sagactl: out of memory\n");
        return false;
    }
    values->output_count = count;
    for (uint32_t i = 0; i < count; i++) {
        buf_open(&values->outputs[i], VALUE_MAX);
    }
    if (!names_are_known(definition, given->outputs) || !fill(values, definition, given)) {
        return false;
    }
    struct missing missing = {.values = values};
    visit_all(definition, look_for, &missing);
    return !missing.any;
}

void drill_values_close(struct drill_values *values)
{
    for (uint32_t i = 0; i < values->output_count; i++) {
        buf_close(&values->outputs[i]);
    }
    free(values->outputs);
    buf_close(&values->input);
    buf_close(&values->event);
    values->outputs = NULL;
    values->output_count = 0;
}
