/* batch_table.c - a cursor that is an index into an array.
 *
 * One module of SQLite serves all lists; in what a list differs stands in lists[]. Each table has
 * one cursor, inside the table: no statement reads a list twice at once, and so a commit allocates
 * nothing here. Values are given to SQLite without a copy, for the batch outlives the statement. */
#include "store/batch_table.h"

#include <stdlib.h>

#include "store/row_sum.h"
#include "store/rows.h"

struct cursor {
    sqlite3_vtab_cursor base; /* first: handed out as this */
    const struct list *list;
    const struct batch_shown *shown;
    uint32_t at;    /* index of the entry of the list at which the cursor stands */
    uint32_t count; /* entries of the list; at == count: the cursor is behind the last entry */
    /* Index in rows->names at which to look first for the name of the next new saga. */
    uint32_t hint;
    bool is_open;
};

struct list {
    const char *name;
    const char *columns; /* the CREATE TABLE by which SQLite learns the columns of the table */
    uint32_t (*count)(const struct rows *rows);
    /* Which entries the table shows; NULL = all. */
    bool (*takes)(const struct rows *rows, uint32_t at);
    void (*column)(struct cursor *cursor, sqlite3_context *out, int column);
};

/* What connect() needs to make a table; SQLite keeps a source for each list. */
struct source {
    const struct list *list;
    const struct batch_shown *shown;
};

struct table {
    sqlite3_vtab base; /* first: handed out as this */
    struct cursor cursor;
};

/* --- values ----------------------------------------------------------------------------------- */

static void put_blob(sqlite3_context *out, struct span bytes)
{
    const void *data = bytes.size == 0 ? "" : (const void *)bytes.data;
    PRE(data != NULL);
    sqlite3_result_blob64(out, data, bytes.size, SQLITE_STATIC);
}

static void put_text(sqlite3_context *out, struct span text)
{
    const char *data = text.size == 0 ? "" : (const char *)text.data;
    PRE(data != NULL);
    sqlite3_result_text64(out, data, text.size, SQLITE_STATIC, SQLITE_UTF8);
}

/* --- rows ------------------------------------------------------------------------------------- */

static uint32_t count_rows(const struct rows *rows)
{
    IMPLIES(rows->row_count > 0, rows->rows != NULL);
    return rows->row_count;
}

static void put_row(struct cursor *cursor, sqlite3_context *out, int column)
{
    const struct row *row = &cursor->shown->rows->rows[cursor->at];
    switch (column) {
    case 0:
        sqlite3_result_int64(out, (int64_t)row->saga);
        break;
    case 1:
        sqlite3_result_int64(out, (int64_t)row->seq);
        break;
    case 2:
        sqlite3_result_int64(out, (int64_t)row->prev);
        break;
    case 3:
        sqlite3_result_int64(out, row->count);
        break;
    case 4:
        put_blob(out, row->body);
        break;
    case 5:
        /* The column stays NULL when there is no payload. */
        if (row->payload.size > 0) {
            put_blob(out, row->payload);
        }
        break;
    default:
        CHECK(column == 6);
        sqlite3_result_int64(out, row_sum(row));
        break;
    }
}

/* --- names ------------------------------------------------------------------------------------ */

static uint32_t count_names(const struct rows *rows)
{
    IMPLIES(rows->name_count > 0, rows->names != NULL);
    return rows->name_count;
}

static void put_name(struct cursor *cursor, sqlite3_context *out, int column)
{
    const struct name *name = &cursor->shown->rows->names[cursor->at];
    switch (column) {
    case 0:
        put_text(out, name->text);
        break;
    case 1:
        sqlite3_result_int64(out, (int64_t)name->saga);
        break;
    default:
        CHECK(column == 2);
        put_blob(out, span_of(name->digest, sizeof(name->digest)));
        break;
    }
}

/* --- heads ------------------------------------------------------------------------------------ */

static uint32_t count_heads(const struct rows *rows)
{
    IMPLIES(rows->head_count > 0, rows->heads != NULL);
    return rows->head_count;
}

static bool is_start(const struct rows *rows, uint32_t at)
{
    PRE(at < rows->head_count);
    return rows->heads[at].is_new;
}

static bool is_change(const struct rows *rows, uint32_t at)
{
    PRE(at < rows->head_count);
    return !rows->heads[at].is_new;
}

int64_t batch_table_status(const struct head *head)
{
    PRE(head->state != SAGA_STATE_NONE);
    return 2 * (int64_t)head->state + (head->paused ? 1 : 0);
}

static void put_start(struct cursor *cursor, sqlite3_context *out, int column)
{
    const struct rows *rows = cursor->shown->rows;
    const struct head *head = &rows->heads[cursor->at];
    struct span name = {NULL, 0};
    switch (column) {
    case 0:
        sqlite3_result_int64(out, (int64_t)head->saga);
        break;
    case 1:
        /* The column stays NULL, which `saga` refuses, when the batch does not name the saga. */
        name = rows_saga_name(rows, head->saga, &cursor->hint);
        if (name.size > 0) {
            put_text(out, name);
        }
        break;
    case 2:
        CHECK(cursor->shown->kinds[cursor->at] > 0);
        sqlite3_result_int64(out, cursor->shown->kinds[cursor->at]);
        break;
    case 3:
        sqlite3_result_int64(out, batch_table_status(head));
        break;
    case 4:
        sqlite3_result_int64(out, head->started_ms);
        break;
    case 5:
        sqlite3_result_int64(out, head->ended_ms == 0 ? -head->started_ms : head->ended_ms);
        break;
    case 6:
        sqlite3_result_int64(out, (int64_t)head->first_lsn);
        break;
    case 7:
        sqlite3_result_int64(out, (int64_t)head->last_lsn);
        break;
    case 8:
        sqlite3_result_int64(out, head->due_ms == 0 ? -head->started_ms : head->due_ms);
        break;
    default:
        CHECK(column == 9);
        sqlite3_result_int64(out, head->until_ms == 0 ? -head->started_ms : head->until_ms);
        break;
    }
}

static void put_change(struct cursor *cursor, sqlite3_context *out, int column)
{
    const struct head *head = &cursor->shown->rows->heads[cursor->at];
    switch (column) {
    case 0:
        sqlite3_result_int64(out, (int64_t)head->saga);
        break;
    case 1:
        sqlite3_result_int64(out, batch_table_status(head));
        break;
    case 2:
        sqlite3_result_int64(out, head->ended_ms);
        break;
    case 3:
        sqlite3_result_int64(out, (int64_t)head->last_lsn);
        break;
    case 4:
        sqlite3_result_int64(out, head->due_ms);
        break;
    default:
        CHECK(column == 5);
        sqlite3_result_int64(out, head->until_ms);
        break;
    }
}

static const struct list lists[] = {
    {"batch_row", "CREATE TABLE x (saga, seq, prev, count, body, payload, sum)", count_rows, NULL,
     put_row},
    {"batch_name", "CREATE TABLE x (text, saga, digest)", count_names, NULL, put_name},
    {"batch_start",
     "CREATE TABLE x (saga, name, kind, status, started_ms, ended_ms, first_lsn, last_lsn, due_ms,"
     " until_ms)",
     count_heads, is_start, put_start},
    {"batch_change", "CREATE TABLE x (saga, status, ended_ms, last_lsn, due_ms, until_ms)",
     count_heads, is_change, put_change},
};

/* --- what SQLite calls ------------------------------------------------------------------------ */

static struct cursor *own(sqlite3_vtab_cursor *base)
{
    return (struct cursor *)(void *)base;
}

static const sqlite3_module module;

static int connect(sqlite3 *db, void *arg, int argc, const char *const *argv, sqlite3_vtab **made,
                   char **why)
{
    (void)argc;
    (void)argv;
    (void)why;
    const struct source *source = arg;
    PRE(source->shown != NULL);
    struct table *table = calloc(1, sizeof(*table));
    if (!table) {
        return SQLITE_NOMEM;
    }
    int rc = sqlite3_declare_vtab(db, source->list->columns);
    if (rc != SQLITE_OK) {
        free(table);
        return rc;
    }
    table->cursor.list = source->list;
    table->cursor.shown = source->shown;
    *made = &table->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
    PRE(!((struct table *)(void *)base)->cursor.is_open);
    free(base);
    return SQLITE_OK;
}

/* There is one way to read a list: from its first entry to its last. */
static int plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
    PRE(base->pModule == &module);
    info->estimatedCost = 1;
    info->estimatedRows = 1;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **opened)
{
    struct cursor *cursor = &((struct table *)(void *)base)->cursor;
    PRE(!cursor->is_open);
    cursor->is_open = true;
    *opened = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    PRE(own(base)->is_open);
    own(base)->is_open = false;
    return SQLITE_OK;
}

static void skip(struct cursor *cursor)
{
    const struct list *list = cursor->list;
    PRE(cursor->at <= cursor->count);
    if (!list->takes) {
        return;
    }
    while (cursor->at < cursor->count && !list->takes(cursor->shown->rows, cursor->at)) {
        cursor->at++;
    }
}

static int to_first(sqlite3_vtab_cursor *base, int plan_number, const char *plan_text, int argc,
                    sqlite3_value **argv)
{
    (void)plan_number;
    (void)plan_text;
    (void)argc;
    (void)argv;
    struct cursor *cursor = own(base);
    const struct rows *rows = cursor->shown->rows;
    PRE(cursor->is_open);
    cursor->at = 0;
    cursor->hint = 0;
    cursor->count = rows ? cursor->list->count(rows) : 0;
    skip(cursor);
    return SQLITE_OK;
}

static int to_next(sqlite3_vtab_cursor *base)
{
    PRE(own(base)->at < own(base)->count);
    own(base)->at++;
    skip(own(base));
    POST(own(base)->at <= own(base)->count);
    return SQLITE_OK;
}

static int is_behind(sqlite3_vtab_cursor *base)
{
    return own(base)->at >= own(base)->count;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *out, int number)
{
    PRE(own(base)->at < own(base)->count);
    own(base)->list->column(own(base), out, number);
    return SQLITE_OK;
}

static int number_of(sqlite3_vtab_cursor *base, sqlite3_int64 *number)
{
    PRE(own(base)->at < own(base)->count);
    *number = own(base)->at;
    return SQLITE_OK;
}

/* Without xCreate SQLite takes each module for a table that is there already: no CREATE VIRTUAL
 * TABLE has to be run. */
static const sqlite3_module module = {
    .iVersion = 0,
    .xConnect = connect,
    .xBestIndex = plan,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = to_first,
    .xNext = to_next,
    .xEof = is_behind,
    .xColumn = column,
    .xRowid = number_of,
};

enum saga_error batch_table_open(sqlite3 *db, const struct batch_shown *shown)
{
    PRE(shown != NULL);
    for (size_t at = 0; at < ARRAY_COUNT(lists); at++) {
        struct source *source = malloc(sizeof(*source));
        if (!source) {
            return SAGA_NO_MEMORY;
        }
        *source = (struct source){.list = &lists[at], .shown = shown};
        /* SQLite frees the source even when this fails. */
        int rc = sqlite3_create_module_v2(db, lists[at].name, &module, source, free);
        if (rc != SQLITE_OK) {
            return db_error(db, rc);
        }
    }
    return SAGA_OK;
}
