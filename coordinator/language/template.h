/* template.h - a value of a definition with references in it, compiled once, filled in per saga.
 *
 * "$.input.trip" as a whole string is a reference and keeps its type; "Trip ${$.input.name}" is
 * interpolated; "$$" is a literal dollar. References are JSONPath queries (RFC 9535): one that
 * consists of names and indexes gives its value, any other an array of what it finds. After a query
 * may stand what a missing value is: "$.input.slow ?? 3", any JSON value. */
#ifndef LANGUAGE_TEMPLATE_H
#define LANGUAGE_TEMPLATE_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct buf;
struct template;

/* What references can see. A function gives an empty span for what is not there. */
struct scope {
    struct span input;   /* the saga's input, one msgpack value */
    struct span saga_id; /* text */
    struct span
        reason; /* msgpack map {code, message, step?, actor?}; empty outside compensations */
    struct span (*step_output)(uint32_t step, const void *arg); /* msgpack value */
    const char *(*step_status)(uint32_t step, const void *arg); /* public name */
    bool (*step_gives_null)(uint32_t step, const void *arg);    /* skipped: missing is null */
    struct span event;                                          /* msgpack value; empty: none */
    const void *arg;
    struct span item;       /* of a fan-out: the element; empty elsewhere */
    struct span index;      /* and its place */
    bool null_when_missing; /* in a compensation a missing value is null */
};

/* Appends the filled-in value to `out` as one msgpack value. SAGA_INVALID when a reference without
 * a fallback finds nothing: *missing then is the reference as written (borrowed from the template).
 * SAGA_TOO_LARGE when the value would have more than LIMIT_VALUE bytes, MP_NODE_MAX values and keys
 * or MP_VALUE_DEPTH_MAX levels, or looking for it would cost too much; *missing is the reference
 * that was one too many, which in a compensation gives null instead. SAGA_NO_MEMORY when `out` has
 * failed. */
MUST_CHECK enum saga_error template_fill(const struct template *template, const struct scope *scope,
                                         struct buf *out, struct span *missing);

#endif
