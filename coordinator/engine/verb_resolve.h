/* verb_resolve.h - the verbs by which a person settles one step (resolve), or ends a saga as it
 * stands (terminate). */
#ifndef ENGINE_VERB_RESOLVE_H
#define ENGINE_VERB_RESOLVE_H

#include "base/check.h"
#include "base/error.h"

struct turn;
struct verb_request;

/* Does the verb resolve: a person says what became of a step that is not settled. Errors, with
 * *why: SAGA_NOT_FOUND, SAGA_CONFLICT, SAGA_FORBIDDEN (the definition says that other persons
 * decide about this step). */
MUST_CHECK enum saga_error resolve_do(struct turn *turn, const struct verb_request *verb,
                                      const char **why);

/* Does the verb terminate: ends the saga as it stands; steps that have or may have an effect are
 * settled as written off. Errors: SAGA_CONFLICT with *why. */
MUST_CHECK enum saga_error terminate_do(struct turn *turn, const struct verb_request *verb,
                                        const char **why);

#endif
