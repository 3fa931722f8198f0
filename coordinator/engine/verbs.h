/* verbs.h - carries out the verbs, which are what persons ask of a saga: checks each against the
 * saga's state, writes it down, then does it. */
#ifndef ENGINE_VERBS_H
#define ENGINE_VERBS_H

#include "base/error.h"

struct turn;
struct verb_request;

/* Checks a verb, and does it. SAGA_OK: written and done. Any other error: nothing has changed, and
 * *why (a literal, or in the batch's memory) says why: SAGA_INVALID (no reason given),
 * SAGA_PRECONDITION_FAILED (the saga's seq is not if_seq), SAGA_TOO_LARGE, and the errors of the
 * verb's own function. */
enum saga_error verb_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
