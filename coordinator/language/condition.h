/* condition.h - a logical expression over a saga's document: `when` of a step, `match` of a wait.
 *
 * It is RFC 9535's: what may stand in a filter, with "$" for the document. Compiled once with its
 * definition; deciding it always ends, for it counts its steps. */
#ifndef LANGUAGE_CONDITION_H
#define LANGUAGE_CONDITION_H

#include "base/check.h"
#include "base/error.h"
#include "language/document.h"

struct compile;
struct jsonpath_condition;
struct scope;
struct template_view;

struct condition {
    const struct jsonpath_condition *test;
    struct document document; /* what the test is evaluated on */
    struct span written;      /* for messages */
};

/* Compiles `value`, at whose place c->reading is; `view` says what its queries may name. NULL when
 * there is a problem, which is noted, or no memory. */
const struct condition *condition_compile(struct compile *c, struct span value,
                                          const struct template_view *view);

/* Does the condition hold in the saga that `scope` shows? SAGA_TOO_LARGE: not known, for finding
 * out would cost too much. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error condition_holds(const struct condition *condition,
                                           const struct scope *scope, bool *holds);

#endif
