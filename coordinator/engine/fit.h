/* fit.h - do a saga's input and output have the form that its definition gives them? */
#ifndef ENGINE_FIT_H
#define ENGINE_FIT_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct batch;
struct definition;
struct jsonschema_report;

struct fit_refusal {
    const char *why;                          /* a sentence */
    const struct jsonschema_report *problems; /* pointers are within the input */
};

/* Checks an input (empty = nil) against the definition's input_schema, if it has one. SAGA_OK;
 * SAGA_INVALID: the refusal is filled, in the batch's memory; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error fit_input(const struct definition *definition, struct span input,
                                     struct batch *batch, struct fit_refusal *refusal);

enum { FIT_WHY_SIZE = 512 };

/* Does the output (empty = nil) fit output_schema, if there is one? false: `why` says what is
 * wrong with the output. */
bool fit_output(const struct definition *definition, struct span output, char why[FIT_WHY_SIZE]);

#endif
