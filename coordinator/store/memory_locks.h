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
/* Makes room for the schedules and locks of the batch, so that memory_locks_commit() cannot fail
 * for lack of memory except in the arena. */
MUST_CHECK enum saga_error memory_locks_reserve(struct memory_locks *locks,
                                                const struct rows *rows);
/* Applies what the batch changes of schedules and locks. *ok becomes false when the arena has no
 * more memory, else stays as it is. SAGA_STORE_CORRUPT: a lock is to end that does not exist, or
 * the tick of a schedule would become earlier. */
MUST_CHECK enum saga_error memory_locks_commit(struct memory_locks *locks, const struct rows *rows,
                                               struct arena *arena, bool *ok);
MUST_CHECK enum saga_error memory_locks_schedules(const struct memory_locks *locks,
                                                  store_schedule_fn fn, void *arg);

#endif
