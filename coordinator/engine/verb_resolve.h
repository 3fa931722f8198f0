/* verb_resolve.h - the verbs by which a person settles a step, or gives up a whole saga. */
#ifndef ENGINE_VERB_RESOLVE_H
#define ENGINE_VERB_RESOLVE_H

#include "base/check.h"
#include "base/error.h"

struct turn;
struct verb_request;

/* resolve: a person says what became of a step that is not settled. SAGA_NOT_FOUND, SAGA_CONFLICT,
 * SAGA_FORBIDDEN (others decide this step); with *why. */
MUST_CHECK enum saga_error resolve_do(struct turn *turn, const struct verb_request *verb,
                                      const char **why);

/* terminate: the saga ends as it stands, and what may have an effect is written off.
 * SAGA_CONFLICT with *why. */
MUST_CHECK enum saga_error terminate_do(struct turn *turn, const struct verb_request *verb,
                                        const char **why);

#endif
