/* db.h - the few things that every user of an SQLite connection here needs. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

/* What an SQLite result that is not OK, ROW or DONE means to the store: SAGA_DISK_FULL,
 * SAGA_STORE_CORRUPT (also a broken constraint: the guard of a change), SAGA_NO_MEMORY,
 * SAGA_STORE_LOCKED, SAGA_STORE_FAILED for the rest. */
enum saga_error db_error(sqlite3 *db, int rc);

/* Runs SQL without results, several statements too. */
MUST_CHECK enum saga_error db_run(sqlite3 *db, const char *sql);
/* The integer that a statement with one row and one column gives. */
MUST_CHECK enum saga_error db_number(sqlite3 *db, const char *sql, int64_t *number);
/* The integer that a statement with one row and one column gives, and one parameter, an integer. */
MUST_CHECK enum saga_error db_number_of(sqlite3 *db, const char *sql, int64_t parameter,
                                        int64_t *number);

/* Prepares sql[0..count). On failure those that were prepared are still in statements. */
MUST_CHECK enum saga_error db_prepare(sqlite3 *db, const char *const *sql, size_t count,
                                      sqlite3_stmt **statements);
void db_finalize(sqlite3_stmt **statements, size_t count);

/* Runs a prepared statement that gives no row, and resets it. */
MUST_CHECK enum saga_error db_step(sqlite3_stmt *statement);
/* Runs a prepared statement that must change exactly one row: SAGA_STORE_CORRUPT when it changes
 * another number. */
MUST_CHECK enum saga_error db_change_one(sqlite3_stmt *statement);
/* The integer of a prepared statement that gives one row; resets the statement. SAGA_STORE_CORRUPT
 * when there is no row. */
MUST_CHECK enum saga_error db_step_number(sqlite3_stmt *statement, int64_t *number);

/* Goes on to the next row of a statement that reads: true = the statement stands on a row. At the
 * end, after an error (then *rc), and when *rc is an error already, the statement is reset:
 *
 *   enum saga_error rc = SAGA_OK;
 *   while (db_next(statement, &rc)) {
 *       rc = ...one row...;
 *   }
 *   return rc; */
bool db_next(sqlite3_stmt *statement, enum saga_error *rc);
/* Resets a statement that is not read to its end. */
void db_end(sqlite3_stmt *statement);

/* Bind without a copy: the bytes must live until the statement has run. Binding cannot fail: the
 * index and the size are ours. An empty span is an empty value, not NULL. */
void db_bind_text(sqlite3_stmt *statement, int index, struct span text);
void db_bind_blob(sqlite3_stmt *statement, int index, struct span bytes);
void db_bind_number(sqlite3_stmt *statement, int index, int64_t number);
/* Binds the text; when the span is empty, binds NULL instead of an empty text. */
void db_bind_text_or_null(sqlite3_stmt *statement, int index, struct span text);

/* The bytes of a column (text or blob), until the statement moves on. */
struct span db_span(sqlite3_stmt *statement, int column);
/* Copies a column of exactly `size` bytes; false when its size is another one. */
MUST_CHECK bool db_take_bytes(sqlite3_stmt *statement, int column, void *bytes, size_t size);

#endif
