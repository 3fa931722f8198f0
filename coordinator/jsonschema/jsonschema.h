/* jsonschema.h - JSON Schema, a subset of draft 2020-12: compiled once, checked in bounded time.
 *
 * What is there: type enum const · minimum maximum exclusiveMinimum exclusiveMaximum multipleOf ·
 * minLength maxLength pattern · items prefixItems contains minContains maxContains minItems
 * maxItems uniqueItems · properties patternProperties additionalProperties propertyNames required
 * dependentRequired dependentSchemas minProperties maxProperties · allOf anyOf oneOf not if then
 * else · $ref to a place in the same document, $defs · true and false. Annotations ($schema title
 * description default examples deprecated readOnly writeOnly $comment format) are taken and mean
 * nothing here. Everything else ($id, $anchor, $dynamicRef, unevaluated..., content..., references
 * to other documents) is refused by name: a rule that is not checked must not look as if it were.
 *
 * Patterns are what ECMA-262 and I-Regexp (RFC 9485) have in common, and \d \w \s beside it; they
 * match in linear time. The library knows nothing of sagas. */
#ifndef JSONSCHEMA_JSONSCHEMA_H
#define JSONSCHEMA_JSONSCHEMA_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct reading;

enum {
    JSONSCHEMA_NODES_MAX = 2000,  /* schemas inside a schema */
    JSONSCHEMA_FRAMES_MAX = 256,  /* schemas at work inside each other while a value is checked */
    JSONSCHEMA_STEPS = 4000000,   /* what one check may cost; a millisecond is some ten thousand */
    JSONSCHEMA_REPORTED_MAX = 16, /* problems told of one value */
};

struct jsonschema; /* a compiled schema: immutable; may be used from any thread */

/* Compiles the schema that `document` holds, at reading->place; NULL when there were problems, all
 * of them noted in `reading`, or no memory. Lives in reading->arena and borrows nothing. */
const struct jsonschema *jsonschema_compile(struct reading *reading, struct span document);

/* What is wrong with a value: where (JSON Pointer, "" = the whole), and what it must be. */
struct jsonschema_problem {
    char pointer[256]; /* cut at the end when longer */
    char detail[160];
};

struct jsonschema_report {
    struct jsonschema_problem problems[JSONSCHEMA_REPORTED_MAX];
    uint32_t count;
    bool cut; /* there are more */
};

/* Checks a value. SAGA_OK; SAGA_INVALID with report->count > 0, of which one says so when the check
 * would cost more than JSONSCHEMA_STEPS or go deeper than JSONSCHEMA_FRAMES_MAX. Needs no memory.
 */
MUST_CHECK enum saga_error jsonschema_check(const struct jsonschema *schema, struct span value,
                                            struct jsonschema_report *report);

#endif
