/* recover.h - what the store knows, read back at the start. */
#ifndef CORE_RECOVER_H
#define CORE_RECOVER_H

#include <stddef.h>

#include "base/check.h"
#include "base/error.h"

struct core;

/* Reads definitions and the sagas that are awake back from the store. *why: a sentence for the
 * operator. */
MUST_CHECK enum saga_error core_recover(struct core *core, char *why, size_t why_size);

#endif
