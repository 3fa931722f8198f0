/* definition_class.c - the class of each step, and why some definitions cannot be undone safely.
 *
 *          before the pivot              the pivot           after it
 *   compensate: X      compensatable  │  the point of  │  retriable
 *   compensate: none   readonly       │  no return     │  readonly
 *   neither            refused        │                │  retriable
 *
 * Without `pivot: true`, a step that comes after all others and says neither is the pivot: nothing
 * that fails later could ask for its undoing. */
#include "language/definition_class.h"

#include "language/definition_draft.h"
#include "language/definition_graph.h"
#include "language/definition_place.h"
#include "reading/reading_words.h"

static int32_t find_declared_pivot(struct compile *c)
{
    int32_t pivot = -1;
    for (uint32_t i = 0; i < c->step_count; i++) {
        if (!c->drafts[i].says_pivot) {
            continue;
        }
        if (pivot < 0) {
            pivot = (int32_t)i;
            continue;
        }
        struct place place = definition_place_enter(c, i);
        reading_enter_key(&c->reading, "pivot");
        reading_error(&c->reading, "a second pivot: '%s' is the point of no return already",
                      reading_quote(c->steps[pivot].name).text);
        reading_leave(&c->reading, place);
    }
    return pivot;
}

/* The first step that does not come before `step`, or -1. */
static int32_t find_not_before(const struct compile *c, uint32_t step)
{
    PRE(step < c->step_count);
    for (uint32_t i = 0; i < c->step_count; i++) {
        if (i != step && !definition_graph_needs(c, step, i)) {
            return (int32_t)i;
        }
    }
    return -1;
}

static int32_t find_last_silent(const struct compile *c)
{
    for (uint32_t i = 0; i < c->step_count; i++) {
        const struct draft *draft = &c->drafts[i];
        if (!draft->says_none && !draft->says_undo && draft->for_each.size == 0 &&
            find_not_before(c, i) < 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static void refuse_beside_pivot(struct compile *c, uint32_t step, uint32_t pivot)
{
    PRE(step != pivot);
    struct place place = definition_place_enter(c, step);
    reading_error(&c->reading,
                  "runs beside the pivot '%s': once that has succeeded, this could not be undone; "
                  "let one of them need the other",
                  reading_quote(c->steps[pivot].name).text);
    reading_leave(&c->reading, place);
}

/* A step before or beside one that can fail must say what happens to its effect then. */
static enum step_class class_before_pivot(struct compile *c, uint32_t step)
{
    PRE(c->graph_is_clean);
    const struct draft *draft = &c->drafts[step];
    if (draft->says_undo) {
        return CLASS_COMPENSATABLE;
    }
    if (!draft->says_none && draft->for_each.size > 0) {
        struct place place = definition_place_enter(c, step);
        reading_error(&c->reading,
                      "must say how to undo an item (compensate: service.operation) or that "
                      "there is nothing to undo (compensate: none): another item may fail");
        reading_leave(&c->reading, place);
        return CLASS_READONLY;
    }
    int32_t other = draft->says_none ? -1 : find_not_before(c, step);
    if (other >= 0) {
        bool is_after = definition_graph_needs(c, (uint32_t)other, step);
        struct place place = definition_place_enter(c, step);
        reading_error(&c->reading,
                      "must say how to undo it (compensate: service.operation) or that there is "
                      "nothing to undo (compensate: none): '%s' %s it and may fail",
                      reading_quote(c->steps[other].name).text,
                      is_after ? "comes after" : "runs beside");
        reading_leave(&c->reading, place);
    }
    return CLASS_READONLY;
}

static enum step_class class_after_pivot(const struct draft *draft)
{
    return draft->says_none ? CLASS_READONLY : CLASS_RETRIABLE;
}

void definition_class_assign(struct compile *c)
{
    int32_t declared = find_declared_pivot(c);
    if (!c->graph_is_clean) {
        return;
    }
    int32_t pivot = declared >= 0 ? declared : find_last_silent(c);
    for (uint32_t i = 0; i < c->step_count; i++) {
        struct step_spec *spec = &c->steps[i];
        const struct draft *draft = &c->drafts[i];
        uint32_t other = pivot < 0 ? i : (uint32_t)pivot;
        if ((int32_t)i == pivot || draft->says_pivot) {
            spec->step_class = CLASS_PIVOT;
            c->definition->pivot = i + 1;
            continue;
        }
        spec->after_pivot = other != i && definition_graph_needs(c, i, other);
        if (spec->after_pivot) {
            spec->step_class = class_after_pivot(draft);
        } else if (other != i && !definition_graph_needs(c, other, i)) {
            refuse_beside_pivot(c, i, other);
        } else {
            spec->step_class = class_before_pivot(c, i);
        }
        POST(spec->step_class != CLASS_PIVOT);
        POST(!spec->after_pivot || pivot >= 0);
    }
    POST(c->definition->pivot <= c->step_count);
    IMPLIES(pivot >= 0, c->definition->pivot > 0);
}
