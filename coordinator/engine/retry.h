/* retry.h - works out the delay before a retry, and which failures are never retried; no state is
 * read or changed. */
#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include "base/span.h"

struct retry_policy;

/* The delay in ms before the attempt that follows `failed` (>= 1) counted failures: it grows
 * exponentially up to a cap, and is varied by jitter drawn from `seed` (equal seeds give equal
 * delays). */
int64_t retry_delay_ms(const struct retry_policy *policy, uint32_t failed, uint64_t seed);
/* Does the policy list this error code as one after which no other attempt is made? */
bool retry_is_refusal(const struct retry_policy *policy, struct span code);

#endif
