/* verb_retry.h - the verb retry: a person has the next attempt sent now, of a call that waits for
 * its retry or is parked. */
#ifndef ENGINE_VERB_RETRY_H
#define ENGINE_VERB_RETRY_H

#include "base/check.h"
#include "base/error.h"

struct turn;
struct verb_request;

/* Retries the step that the verb names, or every step that can be retried if it names none. Errors,
 * with *why: SAGA_CONFLICT, SAGA_NOT_FOUND, SAGA_INVALID (a new input where the step takes none).
 */
MUST_CHECK enum saga_error retry_do(struct turn *turn, const struct verb_request *verb,
                                    const char **why);

#endif
