/* quiet.h - until when an attempt may still act, so that no undo overtakes its do. */
#ifndef SAGA_QUIET_H
#define SAGA_QUIET_H

#include <stdbool.h>
#include <stdint.h>

struct attempt;
struct call;

/* When is the time over that an attempt was given with its task? */
int64_t attempt_over_ms(const struct attempt *attempt);

/* It answered `later`, and only a `finish` can say that it acts no more. */
bool call_waits_for_finish(const struct call *call);

/* When can no attempt of it act any more? 0 = now; INT64_MAX = not foreseeable. */
int64_t call_quiet_ms(const struct call *call, int64_t dead_ms);

/* When may its undo leave? The same, but what a barrier refuses after the undo needs no waiting. */
int64_t call_clear_ms(const struct call *call, int64_t dead_ms);

#endif
