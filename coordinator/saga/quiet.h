/* quiet.h - until when an attempt may still act, so that no undo overtakes its do. */
#ifndef SAGA_QUIET_H
#define SAGA_QUIET_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;

/* When the time is over that the participant was given for the attempt. */
int64_t attempt_over_ms(const struct attempt *attempt);

/* When the time is over of an attempt that has been forgotten, if all that is known of it is that
 * it was sent no later than left_ms. */
int64_t call_past_over_ms(const struct call *call, int64_t left_ms);

/* Has an attempt answered `later` without a time limit, so that only a `finish` can say that it
 * acts no more? */
bool call_waits_for_finish(const struct call *call);

/* When no attempt of the call can act any more. dead_ms: how long a participant is silent before it
 * counts as gone. 0 = none can act now; INT64_MAX = not foreseeable. */
int64_t call_quiet_ms(const struct call *call, int64_t dead_ms);

/* When the undo of this do may be sent. As call_quiet_ms(), except that an attempt whose
 * participant's database refuses a do after its undo (a barrier) need not be waited for. */
int64_t call_clear_ms(const struct call *call, int64_t dead_ms);

#endif
