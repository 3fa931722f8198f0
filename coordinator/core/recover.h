/* recover.h - reads back at the start what the store knows: definitions, sagas, alerts,
 * schedules, waits. */
#ifndef CORE_RECOVER_H
#define CORE_RECOVER_H

#include <stddef.h>

#include "base/check.h"
#include "base/error.h"

struct core;

/* Reads back definitions, the sagas that are awake, and all else that a start needs. *why: on an
 * error a sentence for the operator. */
MUST_CHECK enum saga_error core_recover(struct core *core, char *why, size_t why_size);

#endif
