/* reference_advice.c - warns of references to what a saga's input need not have.
 *
 * A start without an optional property is good, and its saga runs until the first step that needs
 * the property fails with bad_reference: found late, and past the pivot too late to turn back. */
#include "language/reference_advice.h"

#include <stdio.h>

#include "language/condition.h"
#include "language/definition_draft.h"
#include "language/reference_path.h"
#include "language/template_compile.h"
#include "language/template_form.h"
#include "reading/reading_words.h"

/* Does the query begin with $.input and these steps? */
static bool leads_there(const struct jsonpath_query *query, const struct reference_path *path,
                        uint32_t count)
{
    size_t offset;
    uint32_t parts;
    const struct jsonpath_segment *first = jsonpath_query_parts(query, &offset, &parts);
    if (!first || !span_is(jsonpath_name(first), "input")) {
        return false;
    }
    struct reference_path other = reference_path_of(jsonpath_rest(first));
    return reference_path_agrees(path, &other, count);
}

/* Does the step's own condition look at the value? Then its author has thought of it. */
static bool is_guarded(const struct condition *when, const struct reference_path *path,
                       uint32_t count)
{
    const struct jsonpath_query *query = when ? jsonpath_condition_queries(when->test) : NULL;
    for (; query; query = jsonpath_query_other(query)) {
        if (leads_there(query, path, count)) {
            return true;
        }
    }
    return false;
}

static void warn(struct compile *c, const struct reference *reference, const char *what,
                 bool is_stuck)
{
    PRE(what[0] != '\0');
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
    struct reference_path path = reference_path_of(reference->rest);
    uint32_t at = 0;
    struct span nearest = {NULL, 0};
    const struct step_spec *spec = &c->steps[view->step];
    bool is_unsure =
        jsonschema_presence(schema, path.steps, path.count, &at, &nearest) == PRESENCE_UNSURE;
    if (!is_unsure || is_guarded(spec->when, &path, at + 1)) {
        return;
    }
    CHECK(at < path.count);
    char what[QUOTE_SIZE + 8];
    if (nearest.size > 0) {
        reading_warning(&c->reading, "'%s': 'input_schema' has no '%s'; did you mean '%s'?",
                        reading_quote(reference->written).text,
                        reading_quote(path.steps[at].name).text, reading_quote(nearest).text);
        return;
    }
    if (path.steps[at].name.data) {
        snprintf(what, sizeof(what), "'%s'", reading_quote(path.steps[at].name).text);
    } else {
        snprintf(what, sizeof(what), "an element [%lld]", (long long)path.steps[at].index);
    }
    warn(c, reference, what, spec->after_pivot);
}
