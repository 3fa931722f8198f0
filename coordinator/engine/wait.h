/* wait.h - steps that wait for a time, a person or an event: no participant is asked, and a record
 * says how the wait ended. */
#ifndef ENGINE_WAIT_H
#define ENGINE_WAIT_H

#include "base/span.h"

struct step;
struct turn;

/* Ends the step's wait; code: why the step has failed (a literal), NULL: it has succeeded. */
void wait_end(struct turn *turn, const struct step *step, const char *code, struct span message);

/* The running time until which a step that begins to wait shall wait: own_ms, which its kind gives
 * (0 = for ever), or the end of its schedule_to_close, if that is earlier. 0 = for ever. */
int64_t wait_limit_ms(const struct turn *turn, const struct step *step, int64_t own_ms);

/* Ends the wait of a step because nobody needs it any more: the step fails with the code
 * "cancelled". */
void wait_call_off(struct turn *turn, const struct step *step);

enum wait_end {
    WAIT_GOES_ON,
    WAIT_OVER,  /* ended by the time that the step waits for, or by a time limit of its kind */
    WAIT_LIMIT, /* ended by the step's schedule_to_close */
};

/* Is the step's wait over by now, and which time ended it? */
enum wait_end wait_end_of(const struct turn *turn, const struct step *step);

#endif
