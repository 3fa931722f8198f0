/* backoff.c - ten attempts over three days: a receiver may be down for a long week-end. */
#include "outbox/backoff.h"

#include "base/check.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

/* After the n-th attempt; the first one is made at once. */
static const int64_t delays[BACKOFF_ATTEMPTS] = {
    [1] = 5 * SECOND, [2] = 5 * MINUTE, [3] = 30 * MINUTE, [4] = 2 * HOUR,  [5] = 5 * HOUR,
    [6] = 10 * HOUR,  [7] = 14 * HOUR,  [8] = 20 * HOUR,   [9] = 24 * HOUR,
};

int64_t backoff_delay_ms(uint32_t attempts, int64_t retry_after_ms, uint32_t random)
{
    PRE(attempts > 0);
    if (attempts >= BACKOFF_ATTEMPTS) {
        return -1;
    }
    int64_t delay_ms = delays[attempts];
    int64_t asked_ms = retry_after_ms > 24 * HOUR ? 24 * HOUR : retry_after_ms;
    delay_ms = asked_ms > delay_ms ? asked_ms : delay_ms;
    return delay_ms + delay_ms / 10 * (random % 1024) / 1024;
}
