/* checks.h - questions about a step's check: which call (do or undo) it asked about last, and
 * whether its answer still decides anything. */
#ifndef SAGA_CHECKS_H
#define SAGA_CHECKS_H

#include <stdbool.h>

struct call;

/* Did the step's check last ask about this call, under the key that the call has now? */
bool call_is_checked(const struct call *call);

/* Has the step's check been asked about this call, and does it depend on the check's answer what
 * becomes of the call? */
bool call_awaits_check(const struct call *call);

/* Does the answer to this check still decide what becomes of the do or the undo that it asks
 * about? */
bool check_is_awaited(const struct call *check);

/* The call that the check was asked about last: the step's do, or its undo. */
const struct call *check_asked(const struct call *check);

#endif
