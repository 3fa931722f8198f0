/* wait.h - steps that wait for a time, a person or an event: no participant is asked, and what
 * comes of the wait is a record. */
#ifndef ENGINE_WAIT_H
#define ENGINE_WAIT_H

#include "base/span.h"

struct step;
struct turn;

/* The step's wait is over; `code` (a literal) says why it has failed, NULL: it has not. */
void wait_end(struct turn *turn, const struct step *step, const char *code, struct span message);

/* Until when a step waits: until own_ms, as its kind says (0 = for ever), or until its time limit,
 * if that is earlier. */
int64_t wait_limit_ms(const struct turn *turn, const struct step *step, int64_t own_ms);

/* Ends the wait of a step as called off. */
void wait_call_off(struct turn *turn, const struct step *step);

/* Does the wait end because the step's time limit is over, rather than what it waits for? */
bool wait_is_limited(const struct step *step);

#endif
