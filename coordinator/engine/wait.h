/* wait.h - steps that wait for a time, or for an event (inbox.c): nobody is asked for anything, and
 * what comes of the wait is a record. */
#ifndef ENGINE_WAIT_H
#define ENGINE_WAIT_H

#include "base/span.h"

struct step;
struct turn;

/* The wait is over; `code` (a literal) says why it has failed, NULL: it has not. */
void wait_end(struct turn *turn, const struct step *step, const char *code, struct span message);

/* Until when the step waits that would by itself until own_ms (0 = for ever). */
int64_t wait_limit_ms(const struct turn *turn, const struct step *step, int64_t own_ms);

void wait_call_off(struct turn *turn, const struct step *step);

/* Does the step's wait end with the step's own time, and not with what it waits for? */
bool wait_is_limited(const struct step *step);

#endif
