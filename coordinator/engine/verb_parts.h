/* verb_parts.h - what every verb does: finds the step that it names, and writes who said what. */
#ifndef ENGINE_VERB_PARTS_H
#define ENGINE_VERB_PARTS_H

#include "base/check.h"
#include "base/error.h"

struct record;
struct saga;
struct step;
struct verb_request;

/* The record that says who asked for what, and why; texts are the request's. */
struct record verb_record(const struct verb_request *verb);

/* The same record, about a step. */
struct record verb_record_of_step(const struct verb_request *verb, const struct step *step);

/* The step that the verb names. SAGA_NOT_FOUND with *why, a literal. */
MUST_CHECK enum saga_error verb_step(const struct saga *saga, const struct verb_request *verb,
                                     struct step **step, const char **why);

#endif
