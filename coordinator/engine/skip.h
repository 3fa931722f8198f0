/* skip.h - steps that are left out: because their condition does not hold, or a person says so. */
#ifndef ENGINE_SKIP_H
#define ENGINE_SKIP_H

#include "base/error.h"

struct step;
struct turn;
struct verb_request;

/* The verb skip. SAGA_NOT_FOUND, SAGA_CONFLICT, SAGA_FORBIDDEN (others decide this step); with
 * *why, a literal. */
enum saga_error skip_do(struct turn *turn, const struct verb_request *verb, const char **why);

/* A person wanted the step skipped while its attempt waited for a participant, and it is sure now
 * that no attempt of it has an effect: it is skipped. false: no such thing. */
bool skip_untaken(struct turn *turn, const struct step *step);

/* Is a step that could begin now to be done? false: it has been skipped, or has failed, for its
 * condition could not be decided. */
bool step_is_wanted(struct turn *turn, struct step *step);

#endif
