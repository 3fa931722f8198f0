/* retry.c - delay = initial x backoff^(failed-1), at most max_interval, x (1 +- jitter). */
#include "engine/retry.h"

#include "base/draw.h"
#include "language/definition.h"

/* A pseudo-random number in [0, 1), the same for the same seed. */
static double draw(uint64_t seed)
{
    uint64_t drawn = draw_next(&seed) >> 11;
    CHECK(drawn < (UINT64_C(1) << 53));
    return (double)drawn / 9007199254740992.0;
}

int64_t retry_delay_ms(const struct retry_policy *policy, uint32_t failed, uint64_t seed)
{
    PRE(policy->backoff >= 1.0);
    PRE(policy->jitter >= 0.0 && policy->jitter <= 1.0);
    double delay = (double)policy->initial_ms;
    double cap = (double)policy->interval_max_ms;
    for (uint32_t i = 1; i < failed && delay < cap; i++) {
        double next = delay * policy->backoff;
        if (!(next > delay)) {
            break; /* a factor of 1, or a delay of 0: further rounds change nothing */
        }
        delay = next;
    }
    delay = delay < cap ? delay : cap;
    delay *= 1.0 + policy->jitter * (2.0 * draw(seed) - 1.0);
    POST(delay >= 0.0);
    return (int64_t)(delay + 0.5);
}

bool retry_is_refusal(const struct retry_policy *policy, struct span code)
{
    PRE(policy->non_retryable_count == 0 || policy->non_retryable);
    for (uint32_t i = 0; i < policy->non_retryable_count; i++) {
        if (span_equal(policy->non_retryable[i], code)) {
            return true;
        }
    }
    return false;
}
