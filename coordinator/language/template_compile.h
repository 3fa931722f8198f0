/* template_compile.h - from a value with "$.references" in it to a template. */
#ifndef LANGUAGE_TEMPLATE_COMPILE_H
#define LANGUAGE_TEMPLATE_COMPILE_H

#include "base/span.h"

struct compile;
struct template;

/* What the references of a template may name. */
struct template_view {
    int32_t step;   /* whose template it is; -1: of the saga, which sees all steps */
    bool is_early;  /* before there is any step: it sees the input, and the saga's id */
    bool is_undo;   /* a compensation sees its own step and $.reason too */
    bool is_start;  /* of what starts a saga: it sees $.event, and nothing else */
    bool has_event; /* $.event: of a wait's match, and where an event may have started the saga */
    bool is_collection; /* what for_each goes through: there is no item yet */
};

/* Compiles `value`, at whose place c->reading is. NULL when there is a problem, which is noted, or
 * no memory. */
const struct template *template_compile(struct compile *c, struct span value,
                                        const struct template_view *view);

#endif
