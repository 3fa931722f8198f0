/* checks.h - a step's check: what it was asked about, and what depends on its answer. */
#ifndef SAGA_CHECKS_H
#define SAGA_CHECKS_H

#include <stdbool.h>

struct call;

/* Is this call, with its present key, what the step's check was asked about last? */
bool call_is_checked(const struct call *call);

/* Does what becomes of the call depend on the step's check, which has been asked about this
 * call? */
bool call_awaits_check(const struct call *call);

/* Does anything depend on what this check says? */
bool check_is_awaited(const struct call *check);

/* The call that the check was asked about last: the step's do, or its undo. */
const struct call *check_asked(const struct call *check);

#endif
