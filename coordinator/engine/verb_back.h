/* verb_back.h - the verbs that undo: rollback of a saga at work, reverse of a completed one. */
#ifndef ENGINE_VERB_BACK_H
#define ENGINE_VERB_BACK_H

#include "base/check.h"
#include "base/error.h"

struct turn;
struct verb_request;

/* The saga goes back as soon as no pivot is open, to its beginning or to a save-point.
 * SAGA_CONFLICT, SAGA_NOT_FOUND, SAGA_INVALID, SAGA_PRECONDITION_FAILED (another plan, or an
 * irrevocable step that is not accepted), SAGA_NO_MEMORY; with *why. */
MUST_CHECK enum saga_error rollback_do(struct turn *turn, const struct verb_request *verb,
                                       const char **why);

/* A completed saga is undone, or some steps of it are: now, or when its concurrency key is free.
 * The same errors. */
MUST_CHECK enum saga_error reverse_do(struct turn *turn, const struct verb_request *verb,
                                      const char **why);

#endif
