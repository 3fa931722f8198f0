/* approval.h - steps that ask a person: may this go on? */
#ifndef ENGINE_KINDS_APPROVAL_H
#define ENGINE_KINDS_APPROVAL_H

#include "base/error.h"

struct step;
struct turn;
struct verb_request;

/* Row of kinds.h: asks the question. */
void approval_begin(struct turn *turn, struct step *step);

/* Row of kinds.h: nobody has answered in time, and the question ends as its `on_timeout` says. */
void approval_over(struct turn *turn, const struct step *step);

/* Row of kinds.h: only a person who may answer, or an admin, may pass the step by without an
 * answer. */
bool approval_may_pass(const struct step *step, const struct verb_request *verb);

/* The verbs approve and reject. SAGA_NOT_FOUND, SAGA_CONFLICT (not to be decided now),
 * SAGA_FORBIDDEN (others decide), SAGA_PRECONDITION_FAILED (another question); with *why, a
 * literal. */
enum saga_error approval_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
