/* child_state.h - what a step that runs a child saga wants the child to do, by the step's state. */
#ifndef SAGA_CHILD_STATE_H
#define SAGA_CHILD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "saga/child_wish.h"

struct step;

/* Does the step want its child to do anything (start, turn back, pause or reverse)? */
bool child_is_watched(const struct step *step);

/* Can the step leave its child alone, because it wants nothing of the child, or the child does what
 * it was asked for and will report its end by itself? */
bool child_is_left_alone(const struct step *step);

/* When the child must be asked again, or the time that the step gives it is over, whichever comes
 * first; INT64_MAX = neither. */
int64_t child_due_ms(const struct step *step);

/* Does the step's child wait for a person, so that nothing moves in it until then? */
bool child_is_parked(const struct step *step);

/* Makes the step want its child to turn back although the parent saga goes forward: the time for
 * the child is over, or the parent waits to hear which way this pivot went. */
void child_call_off(struct step *step);

/* Sets *wish to what the step wants its child to do; false: it wants nothing. */
bool child_state_wants(const struct step *step, enum child_wish *wish);

/* When the time is over that the step gives its child; INT64_MAX: it has no limit. */
int64_t child_state_limit_ms(const struct step *step);

#endif
