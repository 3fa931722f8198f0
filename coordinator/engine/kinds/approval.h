/* approval.h - the kind of step that asks a person to approve or reject that the saga goes on. */
#ifndef ENGINE_KINDS_APPROVAL_H
#define ENGINE_KINDS_APPROVAL_H

#include "base/error.h"

struct step;
struct turn;
struct verb_request;

/* The kind's `begin` in kinds.h: asks the question, and begins to wait for a decision. */
void approval_begin(struct turn *turn, struct step *step);

/* The kind's `time_over` in kinds.h: nobody has decided in time, and the wait ends as the
 * definition's `on_timeout` says. */
void approval_over(struct turn *turn, const struct step *step);

/* The kind's `may_pass` in kinds.h: only a person who may decide, or an admin, may skip or resolve
 * the step without a decision. */
bool approval_may_pass(const struct step *step, const struct verb_request *verb);

/* Does the verbs approve and reject. Errors, with *why (a literal): SAGA_NOT_FOUND, SAGA_CONFLICT
 * (nothing is to be decided now), SAGA_FORBIDDEN (the definition says that others decide),
 * SAGA_PRECONDITION_FAILED (the person saw another question). */
enum saga_error approval_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
