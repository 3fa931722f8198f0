/* inbox_reader.c - reads events, and the steps that wait for them, from SQLite. */
#include "store/inbox_reader.h"

/* Ends a statement that gives one row or none, and gives the result of the read: SAGA_NOT_FOUND
 * when there was no row, SAGA_NO_MEMORY when !ok, for then no memory was found to copy the row. */
static enum saga_error end_one(sqlite3_stmt *statement, bool is_found, enum saga_error rc, bool ok)
{
    IMPLIES(is_found, rc == SAGA_OK);
    IMPLIES(!ok, is_found);
    if (!is_found) {
        return rc == SAGA_OK ? SAGA_NOT_FOUND : rc;
    }
    db_end(statement);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

/* ---- events ---- */

enum saga_error inbox_find(struct reader *reader, struct span source, struct span id,
                           struct arena *arena, struct inbox_found *found)
{
    PRE(reader->magic == READER_MAGIC);
    sqlite3_stmt *find = reader_query(reader, READ_FIND_INBOX);
    bool ok = true;
    db_bind_text(find, 1, source);
    db_bind_text(find, 2, id);
    enum saga_error rc = SAGA_OK;
    bool is_found = db_next(find, &rc);
    if (is_found) {
        *found = (struct inbox_found){.number = (uint64_t)sqlite3_column_int64(find, 0),
                                      .is_offered = sqlite3_column_type(find, 2) != SQLITE_NULL,
                                      .delivered = (uint32_t)sqlite3_column_int64(find, 1),
                                      .started = arena_copy(arena, db_span(find, 2), &ok)};
    }
    return end_one(find, is_found, rc, ok);
}

static enum saga_error read_event(sqlite3_stmt *event, struct arena *arena, struct inbox_row *row)
{
    bool ok = true;
    enum saga_error rc = SAGA_OK;
    bool is_found = db_next(event, &rc);
    if (is_found) {
        row->number = (uint64_t)sqlite3_column_int64(event, 0);
        row->name = arena_copy(arena, db_span(event, 1), &ok);
        row->source = arena_copy(arena, db_span(event, 2), &ok);
        row->id = arena_copy(arena, db_span(event, 3), &ok);
        row->saga = arena_copy(arena, db_span(event, 4), &ok);
        row->cause = arena_copy(arena, db_span(event, 5), &ok);
        row->at_ms = sqlite3_column_int64(event, 6);
        row->data = arena_copy(arena, db_span(event, 7), &ok);
        row->came_ms = sqlite3_column_int64(event, 8);
    }
    return end_one(event, is_found, rc, ok);
}

enum saga_error inbox_load(struct reader *reader, uint64_t number, struct arena *arena,
                           struct inbox_row *row)
{
    PRE(number > 0);
    sqlite3_stmt *event = reader_query(reader, READ_INBOX);
    db_bind_number(event, 1, (int64_t)number);
    return read_event(event, arena, row);
}

enum saga_error inbox_next(struct reader *reader, struct span name, uint64_t number,
                           struct arena *arena, struct inbox_row *row)
{
    PRE(reader->magic == READER_MAGIC);
    sqlite3_stmt *event = reader_query(reader, READ_INBOX_NEXT);
    db_bind_text(event, 1, name);
    db_bind_number(event, 2, (int64_t)number);
    return read_event(event, arena, row);
}

/* ---- who waits ---- */

enum saga_error inbox_next_path(struct reader *reader, struct span name, struct span path,
                                struct arena *arena, struct span *next)
{
    PRE(reader->magic == READER_MAGIC);
    sqlite3_stmt *find = reader_query(reader, READ_WAIT_PATH);
    bool ok = true;
    db_bind_text(find, 1, name);
    db_bind_text(find, 2, path);
    enum saga_error rc = SAGA_OK;
    bool is_found = db_next(find, &rc);
    if (is_found) {
        *next = arena_copy(arena, db_span(find, 0), &ok);
    }
    return end_one(find, is_found, rc, ok);
}

static enum saga_error read_waits(sqlite3_stmt *waits, store_wait_fn fn, void *arg)
{
    PRE(fn != NULL);
    enum saga_error rc = SAGA_OK;
    while (db_next(waits, &rc)) {
        struct store_wait wait = {.saga = (uint64_t)sqlite3_column_int64(waits, 0),
                                  .step = (uint32_t)sqlite3_column_int64(waits, 1),
                                  .id = db_span(waits, 2),
                                  .name = db_span(waits, 3),
                                  .mark = (uint64_t)sqlite3_column_int64(waits, 4),
                                  .is_recalled = sqlite3_column_int(waits, 5) != 0};
        rc = fn(&wait, arg);
    }
    return rc;
}

enum saga_error inbox_waits(struct reader *reader, const struct wait_query *wanted,
                            store_wait_fn fn, void *arg)
{
    PRE(wanted->limit > 0);
    sqlite3_stmt *waits = reader_query(reader, READ_WAITS);
    db_bind_text(waits, 1, wanted->name);
    db_bind_text(waits, 2, wanted->path);
    db_bind_number(waits, 3, wanted->value);
    db_bind_number(waits, 4, (int64_t)wanted->saga);
    db_bind_number(waits, 5, wanted->step);
    db_bind_number(waits, 6, wanted->limit);
    return read_waits(waits, fn, arg);
}

enum saga_error inbox_waits_of(struct reader *reader, struct span id, struct span name,
                               store_wait_fn fn, void *arg)
{
    PRE(reader->magic == READER_MAGIC);
    struct name found;
    enum saga_error rc = reader_find_name(reader, id, &found);
    if (rc != SAGA_OK) {
        return rc == SAGA_NOT_FOUND ? SAGA_OK : rc;
    }
    sqlite3_stmt *waits = reader_query(reader, READ_WAITS_OF);
    db_bind_number(waits, 1, (int64_t)found.saga);
    db_bind_text(waits, 2, name);
    return read_waits(waits, fn, arg);
}

enum saga_error inbox_unrecalled(struct reader *reader, store_wait_fn fn, void *arg)
{
    PRE(reader->magic == READER_MAGIC);
    return read_waits(reader_query(reader, READ_WAITS_UNRECALLED), fn, arg);
}
