/* skip.h - skips steps: because their `when` condition does not hold, or because a person says so.
 */
#ifndef ENGINE_SKIP_H
#define ENGINE_SKIP_H

#include "base/error.h"

struct step;
struct turn;
struct verb_request;

/* Does the verb skip. Errors, with *why (a literal): SAGA_NOT_FOUND, SAGA_CONFLICT, SAGA_FORBIDDEN
 * (the definition says that other persons decide about this step). */
enum saga_error skip_do(struct turn *turn, const struct verb_request *verb, const char **why);

/* Skips a step that waits for a retry, if a person wanted it skipped while its attempt waited for a
 * participant, and no attempt of it can have had an effect. Returns false when that is not so. */
bool skip_untaken(struct turn *turn, const struct step *step);

/* Is the step, whose needs are done, to be begun? Returns false when not: it was skipped, or it
 * failed because its `when` condition could not be evaluated. */
bool step_is_wanted(struct turn *turn, struct step *step);

#endif
