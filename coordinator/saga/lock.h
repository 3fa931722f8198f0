/* lock.h - whether a saga has its concurrency key: see locks.h. */
#ifndef SAGA_LOCK_H
#define SAGA_LOCK_H

#include <stdint.h>

#include "base/span.h"

enum lock_state {
    LOCK_STATE_NONE, /* the saga has no key, or has not asked for its key yet */
    LOCK_STATE_QUEUED,
    LOCK_STATE_HELD,
    LOCK_STATE_ENDED,
};

/* A person's reversal of a completed saga that waits for the concurrency key: kept here is what the
 * record SAGA_COMPENSATING will say when the saga has the key. */
struct queued_reversal {
    struct span message;
    struct span actor;
    struct span steps;
    struct span accept;
    uint32_t flags;
};

#endif
