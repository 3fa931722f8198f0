/* quiet.h - until when an attempt may still act, so that no undo overtakes its do. */
#ifndef SAGA_QUIET_H
#define SAGA_QUIET_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;

/* When the time is over that the attempt was given with its task. */
int64_t attempt_over_ms(const struct attempt *attempt);

/* When the time is over of an attempt of the call that has been forgotten, and of which nothing is
 * known but that it was sent no later than left_ms. */
int64_t call_past_over_ms(const struct call *call, int64_t left_ms);

/* Has an attempt answered `later` without a time limit, so that only a `finish` can say that it
 * acts no more? */
bool call_waits_for_finish(const struct call *call);

/* When no attempt of the call can act any more; dead_ms: a participant that is not heard of for
 * so long counts as gone. 0 = now; INT64_MAX = not foreseeable. */
int64_t call_quiet_ms(const struct call *call, int64_t dead_ms);

/* When the undo of this do may leave. The same time, but an attempt whose participant's database
 * refuses a do after its undo (a barrier) need not be waited for. */
int64_t call_clear_ms(const struct call *call, int64_t dead_ms);

#endif
