/* fit.h - checks a saga's input and output against the schemas that its definition gives for them.
 */
#ifndef ENGINE_FIT_H
#define ENGINE_FIT_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct batch;
struct definition;
struct jsonschema_report;

struct fit_refusal {
    const char *why; /* a sentence for the client, which names the first problems */
    /* where in the input each problem is, and what it is */
    const struct jsonschema_report *problems;
};

/* Checks the input of a start (empty = nil) against the definition's input_schema, if it has one.
 * SAGA_INVALID: the input does not fit, and *refusal says why, in the batch's memory. Other errors:
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error fit_input(const struct definition *definition, struct span input,
                                     struct batch *batch, struct fit_refusal *refusal);

enum { FIT_WHY_SIZE = 512 };

/* Does the saga's output (empty = nil) fit the definition's output_schema, if it has one? If not,
 * `why` says what is wrong with the output. */
bool fit_output(const struct definition *definition, struct span output, char why[FIT_WHY_SIZE]);

#endif
