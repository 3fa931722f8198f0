/* template_scope.c - what the references of a template find in a saga. */
#include "language/template_scope.h"

#include "jsonpath/jsonpath.h"
#include "language/template.h"

static struct span output_of(const struct scope *scope, uint32_t step)
{
    return scope->step_output ? scope->step_output(step, scope->arg) : (struct span){NULL, 0};
}

struct found template_scope_find(const struct reference *reference, const struct scope *scope)
{
    struct found found = {.is_text = false};
    struct span root = {NULL, 0};

    switch (reference->root) {
    case REFERENCE_INPUT:
        root = scope->input;
        break;
    case REFERENCE_OUTPUT:
        root = output_of(scope, reference->step);
        break;
    case REFERENCE_REASON:
        root = scope->reason;
        break;
    case REFERENCE_EVENT:
        root = scope->event;
        break;
    case REFERENCE_ITEM:
        root = scope->item;
        break;
    case REFERENCE_INDEX:
        root = scope->index;
        break;
    case REFERENCE_STATUS:
        if (scope->step_status) {
            const char *name = scope->step_status(reference->step, scope->arg);
            found.text = name ? span_text(name) : found.text;
        }
        found.is_text = found.text.size > 0;
        POST(found.value.size == 0);
        return found;
    case REFERENCE_ID:
        found.text = scope->saga_id;
        found.is_text = true;
        return found;
    }
    PRE(!reference->many);
    found.value = jsonpath_follow(reference->rest, root);
    return found;
}

bool template_scope_gives_null(const struct reference *reference, const struct scope *scope)
{
    if (scope->null_when_missing) {
        return true;
    }
    if (reference->root != REFERENCE_OUTPUT && reference->root != REFERENCE_STATUS) {
        return false;
    }
    return scope->step_gives_null != NULL && scope->step_gives_null(reference->step, scope->arg);
}
