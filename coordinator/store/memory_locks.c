/* memory_locks.c - ticks and locks in arrays: the same as lock_rows.c, with loops for SQL. */
#include "store/memory_locks.h"

#include <stdlib.h>

#include "store/memory_array.h"

void memory_locks_close(struct memory_locks *locks)
{
    free(locks->schedules);
    free(locks->locks);
    *locks = (struct memory_locks){0};
}

enum saga_error memory_locks_reserve(struct memory_locks *locks, const struct rows *rows)
{
    void *schedules = locks->schedules;
    void *items = locks->locks;
    enum saga_error rc =
        memory_array_reserve(&schedules, &locks->schedule_capacity, sizeof(*locks->schedules),
                             locks->schedule_count + rows->schedule_count);
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&items, &locks->lock_capacity, sizeof(*locks->locks),
                                  locks->lock_count + rows->lock_count);
    }
    locks->schedules = schedules;
    locks->locks = items;
    IMPLIES(rc == SAGA_OK, locks->lock_capacity - locks->lock_count >= rows->lock_count);
    return rc;
}

static int order_of(const struct schedule_row *a, const struct schedule_row *b)
{
    PRE(a->definition.size > 0);
    int order = span_order(a->definition, b->definition);
    return order != 0 ? order : memcmp(a->entry, b->entry, sizeof(a->entry));
}

static void set_schedule(struct memory_locks *locks, const struct schedule_row *row,
                         struct arena *arena, bool *ok)
{
    PRE(locks->schedule_count <= locks->schedule_capacity);
    size_t at = 0;
    while (at < locks->schedule_count && order_of(&locks->schedules[at], row) < 0) {
        at++;
    }
    if (at < locks->schedule_count && order_of(&locks->schedules[at], row) == 0) {
        locks->schedules[at].tick_ms = row->tick_ms;
        return;
    }
    CHECK(locks->schedule_count < locks->schedule_capacity);
    for (size_t i = locks->schedule_count++; i > at; i--) {
        locks->schedules[i] = locks->schedules[i - 1];
    }
    locks->schedules[at] = *row;
    locks->schedules[at].definition = arena_copy(arena, row->definition, ok);
}

static bool drop_lock(struct memory_locks *locks, uint64_t saga)
{
    PRE(saga > 0);
    size_t at = 0;
    while (at < locks->lock_count && locks->locks[at].saga != saga) {
        at++;
    }
    if (at == locks->lock_count) {
        return false;
    }
    for (locks->lock_count--; at < locks->lock_count; at++) {
        locks->locks[at] = locks->locks[at + 1];
    }
    return true;
}

static void put_lock(struct memory_locks *locks, const struct lock_row *row)
{
    (void)drop_lock(locks, row->saga);
    CHECK(locks->lock_count < locks->lock_capacity);
    size_t at = locks->lock_count++;
    while (at > 0 && locks->locks[at - 1].place_lsn > row->place_lsn) {
        locks->locks[at] = locks->locks[at - 1];
        at--;
    }
    locks->locks[at] = *row;
}

enum saga_error memory_locks_commit(struct memory_locks *locks, const struct rows *rows,
                                    struct arena *arena, bool *ok)
{
    IMPLIES(rows->lock_count > 0, rows->locks != NULL);
    bool sound = true;
    for (uint32_t i = 0; i < rows->schedule_count; i++) {
        set_schedule(locks, &rows->schedules[i], arena, ok);
    }
    for (uint32_t i = 0; i < rows->lock_count; i++) {
        if (rows->locks[i].change == LOCK_ENDED) {
            sound &= drop_lock(locks, rows->locks[i].saga);
        } else {
            put_lock(locks, &rows->locks[i]);
        }
    }
    return sound ? SAGA_OK : SAGA_STORE_CORRUPT;
}

enum saga_error memory_locks_schedules(const struct memory_locks *locks, store_schedule_fn fn,
                                       void *arg)
{
    PRE(fn != NULL);
    enum saga_error rc = SAGA_OK;
    for (size_t i = 0; i < locks->schedule_count && rc == SAGA_OK; i++) {
        rc = fn(&locks->schedules[i], arg);
    }
    return rc;
}
