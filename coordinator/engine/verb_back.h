/* verb_back.h - the verbs by which a person undoes a saga: rollback of one that runs, reverse of a
 * completed one. */
#ifndef ENGINE_VERB_BACK_H
#define ENGINE_VERB_BACK_H

#include "base/check.h"
#include "base/error.h"

struct turn;
struct verb_request;

/* Does the verb rollback: the saga goes back, to its beginning or to a save-point, as soon as no
 * pivot runs or is in doubt. Errors, with *why: SAGA_CONFLICT, SAGA_NOT_FOUND, SAGA_INVALID,
 * SAGA_PRECONDITION_FAILED (the plan has changed, or the person did not accept an irrevocable
 * step), SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error rollback_do(struct turn *turn, const struct verb_request *verb,
                                       const char **why);

/* Does the verb reverse: undoes a completed saga or some of its steps, now or when its concurrency
 * key is free. The errors are those of rollback_do(). */
MUST_CHECK enum saga_error reverse_do(struct turn *turn, const struct verb_request *verb,
                                      const char **why);

#endif
