/* db.c - results, preparation, binding, rows: what every use of SQLite would repeat. */
#include "store/db.h"

#include <errno.h>

enum saga_error db_error(sqlite3 *db, int rc)
{
    PRE(rc != SQLITE_ROW);
    PRE(rc != SQLITE_DONE);
    int system_errno = db ? sqlite3_system_errno(db) : 0;
    switch (rc & 0xff) {
    case SQLITE_OK:
        return SAGA_OK;
    case SQLITE_FULL:
        return SAGA_DISK_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return SAGA_STORE_CORRUPT;
    case SQLITE_NOMEM:
        return SAGA_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return SAGA_STORE_LOCKED;
    case SQLITE_IOERR:
        return system_errno == ENOSPC || system_errno == EDQUOT ? SAGA_DISK_FULL
                                                                : SAGA_STORE_FAILED;
    default:
        return SAGA_STORE_FAILED;
    }
}

enum saga_error db_run(sqlite3 *db, const char *sql)
{
    PRE(db != NULL);
    return db_error(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* Gives in *number the integer of a query of one row and one column; *parameter is bound to ?1,
 * NULL = the SQL has no parameter. */
static enum saga_error ask_number(sqlite3 *db, const char *sql, const int64_t *parameter,
                                  int64_t *number)
{
    PRE(db != NULL);
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc != SQLITE_OK) {
        return db_error(db, rc);
    }
    CHECK(sqlite3_bind_parameter_count(statement) == (parameter ? 1 : 0));
    if (parameter) {
        db_bind_number(statement, 1, *parameter);
    }
    enum saga_error result = db_step_number(statement, number);
    sqlite3_finalize(statement);
    return result;
}

enum saga_error db_number(sqlite3 *db, const char *sql, int64_t *number)
{
    return ask_number(db, sql, NULL, number);
}

enum saga_error db_number_of(sqlite3 *db, const char *sql, int64_t parameter, int64_t *number)
{
    return ask_number(db, sql, &parameter, number);
}

enum saga_error db_prepare(sqlite3 *db, const char *const *sql, size_t count,
                           sqlite3_stmt **statements)
{
    for (size_t at = 0; at < count; at++) {
        PRE(!statements[at]);
        int rc =
            sqlite3_prepare_v3(db, sql[at], -1, SQLITE_PREPARE_PERSISTENT, &statements[at], NULL);
        if (rc != SQLITE_OK) {
            return db_error(db, rc);
        }
        POST(statements[at] != NULL); /* else the SQL was empty */
    }
    return SAGA_OK;
}

void db_finalize(sqlite3_stmt **statements, size_t count)
{
    PRE(count <= INT16_MAX); /* a larger count is a subtraction that fell below 0 */
    for (size_t at = 0; at < count; at++) {
        sqlite3_finalize(statements[at]);
        statements[at] = NULL;
    }
}

enum saga_error db_step(sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    CHECK(rc != SQLITE_ROW);
    if (rc == SQLITE_DONE) {
        rc = SQLITE_OK;
    }
    enum saga_error result = db_error(sqlite3_db_handle(statement), rc);
    sqlite3_reset(statement);
    return result;
}

enum saga_error db_change_one(sqlite3_stmt *statement)
{
    enum saga_error rc = db_step(statement);
    if (rc == SAGA_OK && sqlite3_changes(sqlite3_db_handle(statement)) != 1) {
        return SAGA_STORE_CORRUPT;
    }
    return rc;
}

enum saga_error db_step_number(sqlite3_stmt *statement, int64_t *number)
{
    PRE(sqlite3_column_count(statement) == 1);
    int rc = sqlite3_step(statement);
    enum saga_error result = SAGA_OK;
    if (rc == SQLITE_ROW) {
        *number = sqlite3_column_int64(statement, 0);
    } else if (rc == SQLITE_DONE) {
        result = SAGA_STORE_CORRUPT;
    } else {
        result = db_error(sqlite3_db_handle(statement), rc);
    }
    sqlite3_reset(statement);
    return result;
}

bool db_next(sqlite3_stmt *statement, enum saga_error *rc)
{
    PRE(sqlite3_stmt_readonly(statement));
    if (*rc == SAGA_OK) {
        int step = sqlite3_step(statement);
        if (step == SQLITE_ROW) {
            return true;
        }
        *rc = step == SQLITE_DONE ? SAGA_OK : db_error(sqlite3_db_handle(statement), step);
    }
    sqlite3_reset(statement);
    return false;
}

void db_end(sqlite3_stmt *statement)
{
    PRE(sqlite3_stmt_readonly(statement));
    sqlite3_reset(statement);
}

void db_bind_text(sqlite3_stmt *statement, int index, struct span text)
{
    const char *data = text.size == 0 ? "" : (const char *)text.data;
    int rc = sqlite3_bind_text64(statement, index, data, text.size, SQLITE_STATIC, SQLITE_UTF8);
    CHECK(rc == SQLITE_OK);
}

void db_bind_blob(sqlite3_stmt *statement, int index, struct span bytes)
{
    const void *data = bytes.size == 0 ? "" : (const void *)bytes.data;
    int rc = sqlite3_bind_blob64(statement, index, data, bytes.size, SQLITE_STATIC);
    CHECK(rc == SQLITE_OK);
}

void db_bind_text_or_null(sqlite3_stmt *statement, int index, struct span text)
{
    if (text.size > 0) {
        db_bind_text(statement, index, text);
    } else {
        int rc = sqlite3_bind_null(statement, index);
        CHECK(rc == SQLITE_OK);
    }
}

void db_bind_number(sqlite3_stmt *statement, int index, int64_t number)
{
    int rc = sqlite3_bind_int64(statement, index, number);
    CHECK(rc == SQLITE_OK);
}

struct span db_span(sqlite3_stmt *statement, int column)
{
    PRE(column < sqlite3_column_count(statement));
    /* The pointer first, the size after: the other order may convert in between. */
    const void *data = sqlite3_column_blob(statement, column);
    int size = sqlite3_column_bytes(statement, column);
    return data ? span_of(data, (size_t)size) : (struct span){NULL, 0};
}

bool db_take_bytes(sqlite3_stmt *statement, int column, void *bytes, size_t size)
{
    PRE(size > 0);
    struct span found = db_span(statement, column);
    if (found.size != size) {
        return false;
    }
    memcpy(bytes, found.data, size);
    return true;
}
