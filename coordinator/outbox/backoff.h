/* backoff.h - when a delivery that failed is tried again: the schedule of Standard Webhooks. */
#ifndef OUTBOX_BACKOFF_H
#define OUTBOX_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_ATTEMPTS = 10 }; /* the last one about 3 days and 4 hours after the first */

/* How long to wait after so many failed attempts; -1: no attempt is left. `random` (any bits) makes
 * it up to a tenth longer. A receiver that asks for more time (retry_after_ms; -1 = it does not)
 * gets it, up to a day. */
int64_t backoff_delay_ms(uint32_t attempts, int64_t retry_after_ms, uint32_t random);

#endif
