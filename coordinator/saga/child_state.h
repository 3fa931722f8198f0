/* child_state.h - what a step's state wants of its child. */
#ifndef SAGA_CHILD_STATE_H
#define SAGA_CHILD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "saga/task.h"

struct step;

/* The state wants something of a child. */
bool child_is_watched(const struct step *step);

/* Nothing need be asked of the step's child, not even after a crash. */
bool child_is_left_alone(const struct step *step);

/* When the child must be asked again, or is out of time; INT64_MAX = neither. */
int64_t child_due_ms(const struct step *step);

void child_call_off(struct step *step);

/* Does the step's state want something of its child, and what? */
bool child_state_wants(const struct step *step, enum child_wish *wish);

/* When the step runs out of time; 0: it has no limit. */
int64_t child_state_limit_ms(const struct step *step);

#endif
