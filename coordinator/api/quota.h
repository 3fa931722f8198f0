/* quota.h - how much memory all requests together may hold: bodies, what is made of them, answers
 * that nobody has read yet. */
#ifndef API_QUOTA_H
#define API_QUOTA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct quota {
    size_t max;
    _Atomic size_t used;
};

/* The holder of `*held` bytes holds `now` of them from now on. Always done: what is there is there.
 */
void quota_hold(struct quota *quota, size_t *held, size_t now);
/* Is more held than may be? Then nothing large is begun. */
bool quota_is_over(const struct quota *quota);

#endif
