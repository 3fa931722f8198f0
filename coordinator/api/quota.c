/* quota.c - one sum, kept by many threads. */
#include "api/quota.h"

#include "base/check.h"

void quota_hold(struct quota *quota, size_t *held, size_t now)
{
    if (now >= *held) {
        atomic_fetch_add(&quota->used, now - *held);
    } else {
        CHECK(atomic_fetch_sub(&quota->used, *held - now) >= *held - now);
    }
    *held = now;
}

bool quota_is_over(const struct quota *quota)
{
    return atomic_load(&quota->used) > quota->max;
}
