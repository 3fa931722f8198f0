/* approval.h - steps that ask a person: may this go on? */
#ifndef ENGINE_KINDS_APPROVAL_H
#define ENGINE_KINDS_APPROVAL_H

#include "base/error.h"

struct step;
struct turn;
struct verb_request;

void approval_begin(struct turn *turn, struct step *step);

/* Row of kinds.h: the question ends as its `on_timeout` says. */
void approval_over(struct turn *turn, const struct step *step);

/* A step that asks is passed without an answer only by who may answer, or an admin. */
bool approval_may_pass(const struct step *step, const struct verb_request *verb);

enum saga_error approval_do(struct turn *turn, const struct verb_request *verb, const char **why);

#endif
