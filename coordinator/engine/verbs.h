/* verbs.h - what operators ask for: checked against the state, written down, then done. */
#ifndef ENGINE_VERBS_H
#define ENGINE_VERBS_H

#include "base/error.h"

struct turn;
struct verb_request;

/* Checks a verb, and does it. SAGA_OK: written and done. Any other error: nothing has changed,
 * and *why says why, a literal or the batch's memory. SAGA_INVALID (no reason given),
 * SAGA_PRECONDITION_FAILED (another seq), SAGA_TOO_LARGE, and what the verb itself says. */
enum saga_error verb_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
