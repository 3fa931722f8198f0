/* verb_retry.h - the verb retry: the next attempt of what waits for one, or is parked, goes now. */
#ifndef ENGINE_VERB_RETRY_H
#define ENGINE_VERB_RETRY_H

#include "base/check.h"
#include "base/error.h"

struct turn;
struct verb_request;

/* Of the step that the verb names, or of every step for which there is something to retry.
 * SAGA_CONFLICT, SAGA_NOT_FOUND, SAGA_INVALID (an edited input where none can be); with *why. */
MUST_CHECK enum saga_error retry_do(struct turn *turn, const struct verb_request *verb,
                                    const char **why);

#endif
