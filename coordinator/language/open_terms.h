/* open_terms.h - what an open saga begins with: time limit, window, budget, secrets. */
#ifndef LANGUAGE_OPEN_TERMS_H
#define LANGUAGE_OPEN_TERMS_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct definition;

/* Reads the terms, a msgpack map {timeout_ms, reversal_window_ms?, budget_usd_micros?, sensitive?},
 * into the definition of an open saga. SAGA_INVALID with *why and *pointer, literals, the pointer
 * being that of the key; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error open_terms_read(struct span terms, struct arena *arena,
                                           struct definition *definition, const char **pointer,
                                           const char **why);

/* What is given for the definition of a saga that has none: its own stands in its rows. */
const struct definition *open_terms_definition(void);

/* A step has got this index: outputs of a step of its name may be sensitive. */
void open_terms_name(struct definition *definition, struct span name, uint32_t index);

#endif
