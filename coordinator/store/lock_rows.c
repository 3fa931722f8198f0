/* lock_rows.c - what must not be forgotten between sagas: ticks dealt with, keys held.
 *
 * Both tables are small. A schedule has one row for as long as its definition is known, a lock one
 * for as long as its saga holds a key or waits for it. */
#include "store/lock_rows.h"

static enum saga_error write_schedules(sqlite3_stmt *set, const struct rows *rows)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->schedule_count && rc == SAGA_OK; at++) {
        const struct schedule_row *row = &rows->schedules[at];
        PRE(row->definition.size > 0);
        db_bind_text(set, 1, row->definition);
        db_bind_blob(set, 2, span_of(row->entry, sizeof(row->entry)));
        db_bind_number(set, 3, row->tick_ms);
        rc = db_change_one(set);
    }
    return rc;
}

static enum saga_error write_lock(sqlite3_stmt *const *statements, const struct lock_row *row)
{
    PRE(row->saga > 0);
    if (row->change == LOCK_ENDED) {
        db_bind_number(statements[WRITE_DELETE_LOCK], 1, (int64_t)row->saga);
        return db_change_one(statements[WRITE_DELETE_LOCK]);
    }
    PRE(row->limit > 0);
    sqlite3_stmt *set = statements[WRITE_SET_LOCK];
    db_bind_number(set, 1, (int64_t)row->saga);
    db_bind_blob(set, 2, span_of(row->key, sizeof(row->key)));
    db_bind_number(set, 3, row->change == LOCK_HELD ? 1 : 0);
    db_bind_number(set, 4, row->limit);
    db_bind_number(set, 5, (int64_t)row->place_lsn);
    return db_change_one(set);
}

enum saga_error lock_rows_write(sqlite3_stmt *const *statements, const struct rows *rows)
{
    PRE(rows->schedule_count == 0 || rows->schedules);
    PRE(rows->lock_count == 0 || rows->locks);
    enum saga_error rc = write_schedules(statements[WRITE_SET_SCHEDULE], rows);
    for (uint32_t at = 0; at < rows->lock_count && rc == SAGA_OK; at++) {
        rc = write_lock(statements, &rows->locks[at]);
    }
    return rc;
}

enum saga_error lock_rows_schedules(sqlite3_stmt *const *statements, store_schedule_fn fn,
                                    void *arg)
{
    PRE(fn != NULL);
    sqlite3_stmt *list = statements[READ_SCHEDULES];
    enum saga_error rc = SAGA_OK;
    while (db_next(list, &rc)) {
        struct schedule_row row = {.definition = db_span(list, 0),
                                   .tick_ms = sqlite3_column_int64(list, 2)};
        bool has_entry = db_take_bytes(list, 1, row.entry, sizeof(row.entry));
        rc = has_entry ? fn(&row, arg) : SAGA_STORE_CORRUPT;
    }
    return rc;
}

enum saga_error lock_rows_load(sqlite3_stmt *const *statements, store_lock_fn fn, void *arg)
{
    PRE(fn != NULL);
    sqlite3_stmt *list = statements[READ_LOCKS];
    enum saga_error rc = SAGA_OK;
    while (db_next(list, &rc)) {
        struct store_lock lock = {
            .row = {.change = sqlite3_column_int64(list, 2) ? LOCK_HELD : LOCK_QUEUED,
                    .saga = (uint64_t)sqlite3_column_int64(list, 0),
                    .limit = (uint32_t)sqlite3_column_int64(list, 3),
                    .place_lsn = (uint64_t)sqlite3_column_int64(list, 4)},
            .name = db_span(list, 5)};
        bool has_key = db_take_bytes(list, 1, lock.row.key, sizeof(lock.row.key));
        rc = has_key ? fn(&lock, arg) : SAGA_STORE_CORRUPT;
    }
    return rc;
}
