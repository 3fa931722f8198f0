/* child_state.h - what a step's state wants of its child. */
#ifndef SAGA_CHILD_STATE_H
#define SAGA_CHILD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "saga/child_wish.h"

struct step;

/* Does the step's state want anything of a child? */
bool child_is_watched(const struct step *step);

/* Does the step's child need no question, not even after a crash: it is at work, or there is
 * none? */
bool child_is_left_alone(const struct step *step);

/* When the child must be asked again, or has had the time that the step gives it; INT64_MAX =
 * neither. */
int64_t child_due_ms(const struct step *step);

/* A person must act on the step's child, and until then nothing moves there. */
bool child_is_parked(const struct step *step);

/* The step's child shall end, although the saga goes forward: its time is over, or the pivot
 * that it is must say which way is open. */
void child_call_off(struct step *step);

/* What the step's state wants of its child; false: nothing. */
bool child_state_wants(const struct step *step, enum child_wish *wish);

/* When the step runs out of time; INT64_MAX: never. */
int64_t child_state_limit_ms(const struct step *step);

#endif
