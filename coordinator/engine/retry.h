/* retry.h - the arithmetic of retries: pure numbers. */
#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include "base/span.h"

struct retry_policy;

/* The delay in ms before the attempt that follows `failed` counted ones (>= 1): exponential,
 * capped, with jitter drawn from `seed` (equal seeds give equal delays). */
int64_t retry_delay_ms(const struct retry_policy *policy, uint32_t failed, uint64_t seed);
/* Does the policy say that a failure with this code is a refusal for good? */
bool retry_is_refusal(const struct retry_policy *policy, struct span code);

#endif
