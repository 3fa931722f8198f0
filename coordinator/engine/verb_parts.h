/* verb_parts.h - parts that all verbs share: finding the step that a verb names, and making the
 * record of who asked for what. */
#ifndef ENGINE_VERB_PARTS_H
#define ENGINE_VERB_PARTS_H

#include "base/check.h"
#include "base/error.h"

struct record;
struct saga;
struct step;
struct verb_request;

/* Makes the record that says who asked for which verb, and why; its texts are those of the request.
 */
struct record verb_record(const struct verb_request *verb);

/* Makes the same record, about one step. */
struct record verb_record_of_step(const struct verb_request *verb, const struct step *step);

/* Finds the step that the verb names. Errors: SAGA_NOT_FOUND with *why, a literal. */
MUST_CHECK enum saga_error verb_step(const struct saga *saga, const struct verb_request *verb,
                                     struct step **step, const char **why);

#endif
