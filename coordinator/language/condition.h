/* condition.h - a logical expression over a saga's document: `when` of a step, `match` of a wait.
 *
 * It is RFC 9535's: what may stand in a filter, with "$" for the document. Compiled once with its
 * definition; deciding it always ends, for it counts its steps. */
#ifndef LANGUAGE_CONDITION_H
#define LANGUAGE_CONDITION_H

#include "base/check.h"
#include "base/error.h"
#include "language/template_form.h"

struct compile;
struct jsonpath_condition;
struct scope;
struct template_view;

struct condition {
    const struct jsonpath_condition *test; /* for those who look into it */
    struct document document;              /* what it looks at */
    struct span written;                   /* for messages */
};

/* Compiles `value`, a text, which c->place is at. What its queries may name: `view`. NULL when
 * there is a problem, which is noted, or no memory. */
const struct condition *condition_compile(struct compile *c, struct span value,
                                          const struct template_view *view);

/* Does it hold? SAGA_TOO_LARGE: not known, for to find out would cost too much. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error condition_holds(const struct condition *condition,
                                           const struct scope *scope, bool *holds);

#endif
