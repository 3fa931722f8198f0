/* reference_advice.c - warns of references to what a saga's input need not have.
 *
 * A start without an optional property is good, and its saga runs until the first step that needs
 * the property fails with bad_reference: found late, and past the pivot too late to turn back. */
#include "language/reference_advice.h"

#include <stdio.h>

#include "jsonpath/jsonpath.h"
#include "jsonschema/jsonschema_presence.h"
#include "language/condition.h"
#include "language/definition_draft.h"
#include "language/template_compile.h"
#include "language/template_form.h"
#include "reading/reading_words.h"

/* Turns the parts behind $.input into steps; gives how many they are. */
static uint32_t way_of(const struct jsonpath_segment *part,
                       struct jsonschema_step way[JSONPATH_SEGMENTS_MAX])
{
    uint32_t count = 0;
    for (; part && count < JSONPATH_SEGMENTS_MAX; part = jsonpath_rest(part)) {
        way[count] = (struct jsonschema_step){.name = jsonpath_name(part)};
        (void)jsonpath_index(part, &way[count].index);
        count++;
    }
    return count;
}

static bool is_same(const struct jsonschema_step *a, const struct jsonschema_step *b)
{
    bool are_names = a->name.data && b->name.data;
    return are_names ? span_equal(a->name, b->name)
                     : !a->name.data && !b->name.data && a->index == b->index;
}

/* Does the query begin with $.input and these steps? */
static bool leads_there(const struct jsonpath_query *query, const struct jsonschema_step *way,
                        uint32_t count)
{
    struct jsonschema_step other[JSONPATH_SEGMENTS_MAX];
    size_t offset;
    uint32_t parts;
    const struct jsonpath_segment *first = jsonpath_query_parts(query, &offset, &parts);
    if (!first || !span_is(jsonpath_name(first), "input") ||
        way_of(jsonpath_rest(first), other) < count) {
        return false;
    }
    bool is_there = true;
    for (uint32_t i = 0; i < count && is_there; i++) {
        is_there = is_same(&way[i], &other[i]);
    }
    return is_there;
}

/* Does the step's own condition look at the value? Then its author has thought of it. */
static bool is_guarded(const struct condition *when, const struct jsonschema_step *way,
                       uint32_t count)
{
    const struct jsonpath_query *query = when ? jsonpath_condition_queries(when->test) : NULL;
    for (; query; query = jsonpath_query_other(query)) {
        if (leads_there(query, way, count)) {
            return true;
        }
    }
    return false;
}

static void warn(struct compile *c, const struct reference *reference, const char *what,
                 bool is_stuck)
{
    reading_warning(&c->reading,
                    "'%s' may be missing, for 'input_schema' does not require %s: the step would "
                    "fail with bad_reference%s; require it, or add a fallback such as ?? null",
                    reading_quote(reference->written).text, what,
                    is_stuck ? ", past the pivot" : "");
}

void reference_advice_give(struct compile *c, const struct template_view *view,
                           const struct reference *reference)
{
    const struct jsonschema *schema = c->definition->input_schema;
    bool may_fail = view->step >= 0 && !view->is_undo && !view->is_early && !view->is_start;
    if (!may_fail || !schema || reference->root != REFERENCE_INPUT || reference->many ||
        reference->fallback.size > 0) {
        return;
    }
    struct jsonschema_step way[JSONPATH_SEGMENTS_MAX];
    uint32_t count = way_of(reference->rest, way);
    uint32_t at = 0;
    struct span nearest = {NULL, 0};
    const struct step_spec *spec = &c->steps[view->step];
    bool is_unsure = jsonschema_presence(schema, way, count, &at, &nearest) == PRESENCE_UNSURE;
    if (!is_unsure || is_guarded(spec->when, way, at + 1)) {
        return;
    }
    char what[QUOTE_SIZE + 8];
    if (nearest.size > 0) {
        reading_warning(&c->reading, "'%s': 'input_schema' has no '%s'; did you mean '%s'?",
                        reading_quote(reference->written).text, reading_quote(way[at].name).text,
                        reading_quote(nearest).text);
        return;
    }
    if (way[at].name.data) {
        snprintf(what, sizeof(what), "'%s'", reading_quote(way[at].name).text);
    } else {
        snprintf(what, sizeof(what), "an element [%lld]", (long long)way[at].index);
    }
    warn(c, reference, what, spec->after_pivot);
}
