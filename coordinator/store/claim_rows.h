/* claim_rows.h - schedules and concurrency keys in SQLite. */
#ifndef STORE_CLAIM_ROWS_H
#define STORE_CLAIM_ROWS_H

#include "store/reader.h"
#include "store/writer.h"

/* A batch's part of them, inside its transaction. */
MUST_CHECK enum saga_error claim_rows_write(sqlite3_stmt *const *statements,
                                            const struct rows *rows);

/* As store.h says; `statements` are a reader's. */
MUST_CHECK enum saga_error claim_rows_schedules(sqlite3_stmt *const *statements,
                                                store_schedule_fn fn, void *arg);
MUST_CHECK enum saga_error claim_rows_load(sqlite3_stmt *const *statements, store_claim_fn fn,
                                           void *arg);

#endif
