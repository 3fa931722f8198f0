/* condition_key.c - looks for "$.event... == value" among what must hold in any case.
 *
 * A condition is an ANY of ALLs (jsonpath_test.c): with a single ALL, each of its tests must hold.
 */
#include "language/condition_key.h"

#include "jsonpath/jsonpath_form.h"
#include "language/condition.h"
#include "language/template.h"
#include "language/template_scope.h"

static const struct jsonpath_query *query_of(const struct jsonpath_operand *operand)
{
    bool is_single = operand->kind == OPERAND_QUERY && operand->query->is_singular &&
                     !operand->query->is_relative && operand->query->segments;
    return is_single ? operand->query : NULL;
}

static bool is_of_event(const struct jsonpath_query *query)
{
    PRE(query->segments != NULL);
    return span_is(jsonpath_name(query->segments), "event");
}

/* What a query of names and indexes gives, from the scope itself: no document is put together. */
static struct found value_of(const struct condition *condition, const struct jsonpath_query *query,
                             const struct scope *scope)
{
    for (uint32_t i = 0; i < condition->document.count; i++) {
        struct reference item = condition->document.items[i];
        const struct jsonpath_segment *part = query->segments;
        struct span name = jsonpath_name(part);
        bool is_input = item.root == REFERENCE_INPUT && span_is(name, "input");
        bool is_step = item.root == REFERENCE_OUTPUT && span_is(name, "steps");
        part = jsonpath_rest(part);
        if (is_step) {
            is_step = span_equal(jsonpath_name(part), item.name);
            part = jsonpath_rest(part);
            is_step = is_step && span_is(jsonpath_name(part), "output");
            part = jsonpath_rest(part);
        }
        if (item.root == REFERENCE_ID && span_is(name, "saga")) {
            return template_scope_find(&item, scope);
        }
        if (is_input || is_step) {
            item.rest = part;
            return template_scope_find(&item, scope);
        }
    }
    return (struct found){.is_text = false};
}

static bool key_of(const struct condition *condition, const struct scope *scope,
                   const struct jsonpath_operand sides[2], struct found *value)
{
    const struct jsonpath_query *event = query_of(&sides[0]);
    const struct jsonpath_query *other = query_of(&sides[1]);
    if (!event || !is_of_event(event)) {
        return false;
    }
    if (sides[1].kind == OPERAND_LITERAL) {
        *value = (struct found){.value = sides[1].literal};
    } else if (other && !is_of_event(other)) {
        *value = value_of(condition, other, scope);
    }
    return value->is_text || value->value.size > 0;
}

/* The query's text, as it was written. */
static struct span text_of(const struct condition *condition, const struct jsonpath_operand *side)
{
    PRE(side->query->offset + side->query->size <= condition->written.size);
    return (struct span){condition->written.data + side->query->offset, side->query->size};
}

bool condition_key(const struct condition *condition, const struct scope *scope, struct span *path,
                   struct found *value)
{
    PRE(condition->test != NULL);
    const struct jsonpath_test *any = condition->test->test;
    *value = (struct found){.is_text = false};
    if (any->is_negated || any->first != any->last) {
        return false;
    }
    for (const struct jsonpath_test *test = any->first->first; test; test = test->next) {
        if (test->kind != TEST_EQUAL || test->is_negated) {
            continue;
        }
        const struct jsonpath_operand sides[] = {test->left, test->right, test->left};
        for (size_t i = 0; i < 2; i++) {
            if (key_of(condition, scope, &sides[i], value)) {
                *path = text_of(condition, &sides[i]);
                POST(path->size > 0 && path->data[0] == '$');
                POST(value->is_text || value->value.size > 0);
                return true;
            }
        }
    }
    return false;
}
