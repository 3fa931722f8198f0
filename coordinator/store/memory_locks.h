/* memory_locks.h - schedules and concurrency keys of the memory store. */
#ifndef STORE_MEMORY_LOCKS_H
#define STORE_MEMORY_LOCKS_H

#include "store/store.h"

struct memory_locks {
    struct schedule_row *schedules; /* owned, in the order of definition and entry */
    struct lock_row *locks;         /* owned, in the order of their places */
    size_t schedule_count;
    size_t schedule_capacity;
    size_t lock_count;
    size_t lock_capacity;
};

void memory_locks_close(struct memory_locks *locks);
/* Room for what the batch brings: afterwards memory_locks_commit() fails in the arena only. */
MUST_CHECK enum saga_error memory_locks_reserve(struct memory_locks *locks,
                                                const struct rows *rows);
/* *ok is set to false when the arena has no more memory, else kept. SAGA_STORE_CORRUPT: a lock
 * ends that there is not, or a schedule goes back. */
MUST_CHECK enum saga_error memory_locks_commit(struct memory_locks *locks, const struct rows *rows,
                                               struct arena *arena, bool *ok);
MUST_CHECK enum saga_error memory_locks_schedules(const struct memory_locks *locks,
                                                  store_schedule_fn fn, void *arg);

#endif
