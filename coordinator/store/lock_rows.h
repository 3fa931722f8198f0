/* lock_rows.h - schedules and concurrency keys in SQLite. */
#ifndef STORE_LOCK_ROWS_H
#define STORE_LOCK_ROWS_H

#include "store/db.h"
#include "store/queries.h"
#include "store/store.h"

/* Writes what a batch changes of schedules (the last tick dealt with) and of concurrency keys,
 * inside the batch's transaction. `statements` are the writer's. SAGA_STORE_CORRUPT: the tick of a
 * schedule would become earlier, or a lock is to end that is not there. */
MUST_CHECK enum saga_error lock_rows_write(sqlite3_stmt *const *statements,
                                           const struct rows *rows);

/* As store.h says of load_schedules and load_locks; `statements` are a reader's. */
MUST_CHECK enum saga_error lock_rows_schedules(sqlite3_stmt *const *statements,
                                               store_schedule_fn fn, void *arg);
MUST_CHECK enum saga_error lock_rows_load(sqlite3_stmt *const *statements, store_lock_fn fn,
                                          void *arg);

#endif
