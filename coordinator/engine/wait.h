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

enum wait_end {
    WAIT_GOES_ON,
    WAIT_OVER,  /* the time that the step waits for, or its kind's own limit */
    WAIT_LIMIT, /* its schedule_to_close */
};

/* Is the wait over by now, and by what? */
enum wait_end wait_end_of(const struct turn *turn, const struct step *step);

#endif
