/* claim_rows.c - what must not be forgotten between sagas: ticks dealt with, keys held.
 *
 * Both tables are small. A schedule has one row for as long as its definition is known, a claim one
 * for as long as its saga holds a key or waits for it. */
#include "store/claim_rows.h"

static enum saga_error write_schedules(sqlite3_stmt *raise, const struct rows *rows)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->schedule_count && rc == SAGA_OK; at++) {
        const struct schedule_row *row = &rows->schedules[at];
        db_bind_text(raise, 1, row->definition);
        db_bind_blob(raise, 2, span_of(row->entry, sizeof(row->entry)));
        db_bind_number(raise, 3, row->tick_ms);
        rc = db_change_one(raise);
    }
    return rc;
}

static enum saga_error write_claim(sqlite3_stmt *const *statements, const struct claim_row *row)
{
    if (row->change == CLAIM_ENDED) {
        db_bind_number(statements[WRITE_DELETE_CLAIM], 1, (int64_t)row->saga);
        return db_change_one(statements[WRITE_DELETE_CLAIM]);
    }
    sqlite3_stmt *set = statements[WRITE_SET_CLAIM];
    db_bind_number(set, 1, (int64_t)row->saga);
    db_bind_blob(set, 2, span_of(row->key, sizeof(row->key)));
    db_bind_number(set, 3, row->change == CLAIM_HELD ? 1 : 0);
    db_bind_number(set, 4, row->limit);
    db_bind_number(set, 5, (int64_t)row->place_lsn);
    return db_change_one(set);
}

enum saga_error claim_rows_write(sqlite3_stmt *const *statements, const struct rows *rows)
{
    PRE(rows->schedule_count == 0 || rows->schedules);
    PRE(rows->claim_count == 0 || rows->claims);
    enum saga_error rc = write_schedules(statements[WRITE_RAISE_SCHEDULE], rows);
    for (uint32_t at = 0; at < rows->claim_count && rc == SAGA_OK; at++) {
        rc = write_claim(statements, &rows->claims[at]);
    }
    return rc;
}

static enum saga_error end(sqlite3_stmt *statement, int rc, enum saga_error result)
{
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE && result == SAGA_OK) {
        result = db_error(sqlite3_db_handle(statement), rc);
    }
    sqlite3_reset(statement);
    return result;
}

static bool take_digest(sqlite3_stmt *statement, int column, uint8_t *digest)
{
    struct span bytes = db_span(statement, column);
    if (bytes.size != 32) {
        return false;
    }
    memcpy(digest, bytes.data, 32);
    return true;
}

enum saga_error claim_rows_schedules(sqlite3_stmt *const *statements, store_schedule_fn fn,
                                     void *arg)
{
    sqlite3_stmt *list = statements[READ_SCHEDULES];
    enum saga_error result = SAGA_OK;
    int rc = sqlite3_step(list);
    for (; rc == SQLITE_ROW && result == SAGA_OK; rc = sqlite3_step(list)) {
        struct schedule_row row = {.definition = db_span(list, 0),
                                   .tick_ms = sqlite3_column_int64(list, 2)};
        result = take_digest(list, 1, row.entry) ? fn(&row, arg) : SAGA_STORE_CORRUPT;
    }
    return end(list, rc, result);
}

enum saga_error claim_rows_load(sqlite3_stmt *const *statements, store_claim_fn fn, void *arg)
{
    sqlite3_stmt *list = statements[READ_CLAIMS];
    enum saga_error result = SAGA_OK;
    int rc = sqlite3_step(list);
    for (; rc == SQLITE_ROW && result == SAGA_OK; rc = sqlite3_step(list)) {
        struct store_claim claim = {
            .row = {.change = sqlite3_column_int64(list, 2) ? CLAIM_HELD : CLAIM_QUEUED,
                    .saga = (uint64_t)sqlite3_column_int64(list, 0),
                    .limit = (uint32_t)sqlite3_column_int64(list, 3),
                    .place_lsn = (uint64_t)sqlite3_column_int64(list, 4)},
            .name = db_span(list, 5)};
        result = take_digest(list, 1, claim.row.key) ? fn(&claim, arg) : SAGA_STORE_CORRUPT;
    }
    return end(list, rc, result);
}
