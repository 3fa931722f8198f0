/* reader.c - a connection that reads: names, single sagas with their rows, what recovery needs. */
#include "store/reader.h"

#include <stdlib.h>

#include "base/limits.h"
#include "store/chain.h"
#include "store/rows.h"

enum { SCAN_MAX = 10000, BUSY_MS = 1000 };

enum head_column {
    HEAD_SAGA,
    HEAD_STATUS,
    HEAD_STARTED,
    HEAD_ENDED,
    HEAD_FIRST_LSN,
    HEAD_LAST_LSN,
    HEAD_NAME,
    HEAD_KIND_NAME,
    HEAD_KIND_VERSION,
    HEAD_DUE,
    HEAD_UNTIL,
    HEAD_COLUMN_COUNT,
};

void reader_take_head(sqlite3_stmt *row, struct head *head, struct span *name)
{
    PRE(sqlite3_data_count(row) >= HEAD_COLUMN_COUNT);
    int64_t status = sqlite3_column_int64(row, HEAD_STATUS);
    int64_t ended_ms = sqlite3_column_int64(row, HEAD_ENDED);
    int64_t due_ms = sqlite3_column_int64(row, HEAD_DUE);
    int64_t until_ms = sqlite3_column_int64(row, HEAD_UNTIL);
    *head = (struct head){.saga = (uint64_t)sqlite3_column_int64(row, HEAD_SAGA),
                          .state = (enum saga_state)(status / 2),
                          .paused = status % 2 != 0,
                          .definition = db_span(row, HEAD_KIND_NAME),
                          .version = (uint32_t)sqlite3_column_int64(row, HEAD_KIND_VERSION),
                          .started_ms = sqlite3_column_int64(row, HEAD_STARTED),
                          .ended_ms = ended_ms < 0 ? 0 : ended_ms,
                          .first_lsn = (uint64_t)sqlite3_column_int64(row, HEAD_FIRST_LSN),
                          .last_lsn = (uint64_t)sqlite3_column_int64(row, HEAD_LAST_LSN),
                          .due_ms = due_ms < 0 ? 0 : due_ms,
                          .until_ms = until_ms < 0 ? 0 : until_ms};
    *name = db_span(row, HEAD_NAME);
}

/* ---- one saga ---- */

/* Which records of a saga to read, and where its newest row is. */
struct wanted {
    uint64_t tail; /* lsn of the saga's newest row, if `saga` does not know that row; else 0 */
    struct chain_range range;
};

/* Copies the head and the name of a saga from the row on which the statement stands into the arena,
 * so that they stay when the statement moves on. */
static enum saga_error take_item(sqlite3_stmt *row, struct arena *arena, struct store_item *item)
{
    bool ok = true;
    struct span name;
    *item = (struct store_item){0};
    reader_take_head(row, &item->head, &name);
    item->head.definition = arena_copy(arena, item->head.definition, &ok);
    item->name = arena_copy(arena, name, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static const struct chain_range whole = {.first = 0, .end = UINT64_MAX};

/* Reads a saga's image; `row` stands on the saga's head. After SAGA_STORE_CORRUPT head and name are
 * set. */
static enum saga_error read_image(struct reader *reader, sqlite3_stmt *row,
                                  const struct wanted *wanted, struct arena *arena,
                                  struct saga_image *image)
{
    struct store_item item;
    *image = (struct saga_image){0};
    enum saga_error rc = take_item(row, arena, &item);
    if (rc != SAGA_OK) {
        return rc;
    }
    image->head = item.head;
    image->name = item.name;
    PRE(image->head.saga > 0);
    if (wanted->tail > image->head.last_lsn) {
        image->head.last_lsn = wanted->tail;
    }
    return chain_read(reader, &wanted->range, arena, image);
}

enum saga_error reader_find_name(struct reader *reader, struct span text, struct name *found)
{
    PRE(reader->magic == READER_MAGIC);
    sqlite3_stmt *find = reader_query(reader, READ_FIND_NAME);
    enum saga_error rc = SAGA_OK;
    db_bind_text(find, 1, text);
    if (!db_next(find, &rc)) {
        return rc == SAGA_OK ? SAGA_NOT_FOUND : rc;
    }
    *found = (struct name){.saga = (uint64_t)sqlite3_column_int64(find, 0)};
    bool has_digest = db_take_bytes(find, 1, found->digest, sizeof(found->digest));
    db_end(find);
    return has_digest ? SAGA_OK : SAGA_STORE_CORRUPT;
}

static enum saga_error load_by_id(struct reader *reader, uint64_t saga, const struct wanted *wanted,
                                  struct arena *arena, struct saga_image *image)
{
    sqlite3_stmt *head = reader_query(reader, READ_HEAD);
    enum saga_error rc = SAGA_OK;
    db_bind_number(head, 1, (int64_t)saga);
    if (!db_next(head, &rc)) {
        return rc == SAGA_OK ? SAGA_STORE_CORRUPT : rc;
    }
    rc = read_image(reader, head, wanted, arena, image);
    db_end(head);
    return rc;
}

static enum saga_error load(struct reader *reader, struct span name,
                            const struct chain_range *range, struct arena *arena,
                            struct saga_image *image)
{
    struct name found;
    *image = (struct saga_image){0};
    enum saga_error rc = reader_find_name(reader, name, &found);
    if (rc != SAGA_OK) {
        return rc;
    }
    const struct wanted wanted = {.tail = tails_get(reader->tails, found.saga), .range = *range};
    rc = db_step(reader_query(reader, READ_BEGIN));
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = load_by_id(reader, found.saga, &wanted, arena, image);
    enum saga_error ended = db_step(reader_query(reader, READ_COMMIT));
    rc = rc == SAGA_OK ? ended : rc;
    /* The name may be another one of the saga: the key of a request, a token. Only the external id
     * counts here. */
    bool is_other = image->name.size > 0 && !span_equal(image->name, name);
    IMPLIES(rc == SAGA_OK, image->head.saga == found.saga);
    return is_other ? SAGA_NOT_FOUND : rc;
}

enum saga_error reader_load_head(struct reader *reader, struct span name, struct arena *arena,
                                 struct store_item *item)
{
    PRE(item != NULL);
    struct name found;
    enum saga_error rc = reader_find_name(reader, name, &found);
    if (rc != SAGA_OK) {
        return rc;
    }
    uint64_t tail = tails_get(reader->tails, found.saga);
    sqlite3_stmt *head = reader_query(reader, READ_HEAD);
    db_bind_number(head, 1, (int64_t)found.saga);
    if (!db_next(head, &rc)) {
        return rc == SAGA_OK ? SAGA_STORE_CORRUPT : rc;
    }
    rc = take_item(head, arena, item);
    db_end(head);
    if (rc == SAGA_OK && tail > item->head.last_lsn) {
        item->head.last_lsn = tail;
    }
    return rc == SAGA_OK && !span_equal(item->name, name) ? SAGA_NOT_FOUND : rc;
}

enum saga_error reader_load_one(struct reader *reader, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    PRE(image != NULL);
    return load(reader, name, &whole, arena, image);
}

enum saga_error reader_load_page(struct reader *reader, struct span name,
                                 const struct store_page *page, struct arena *arena,
                                 struct saga_image *image)
{
    PRE(page->limit > 0);
    PRE(page->first_seq > 0);
    const struct chain_range range = {.first = page->first_seq,
                                      .end = page->first_seq + page->limit};
    PRE(range.end > range.first);
    return load(reader, name, &range, arena, image);
}

/* ---- what recovery needs ---- */

enum saga_error reader_load_awake(struct reader *reader, store_image_fn fn, void *arg)
{
    PRE(reader->magic == READER_MAGIC);
    sqlite3_stmt *heads = reader_query(reader, READ_HEADS_AWAKE);
    enum saga_error rc = SAGA_OK;
    struct arena arena;

    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    while (db_next(heads, &rc)) {
        struct saga_image image;
        uint64_t saga = (uint64_t)sqlite3_column_int64(heads, HEAD_SAGA);
        const struct wanted wanted = {.tail = tails_get(reader->tails, saga), .range = whole};
        arena_reset(&arena);
        rc = read_image(reader, heads, &wanted, &arena, &image);
        if (rc == SAGA_OK || image.is_unreadable) {
            rc = fn(&image, arg);
        }
    }
    arena_close(&arena);

    return rc;
}

enum saga_error reader_list_due(struct reader *reader, struct store_due *due, store_item_fn fn,
                                void *arg)
{
    PRE(reader->magic == READER_MAGIC);
    static const enum reader_query queries[] = {
        [TIMELINE_RUNNING] = READ_HEADS_DUE, [TIMELINE_HOST] = READ_HEADS_UNTIL};
    sqlite3_stmt *heads = reader_query(reader, queries[due->timeline]);
    enum saga_error rc = SAGA_OK;
    db_bind_number(heads, 1, due->after_ms);
    db_bind_number(heads, 2, (int64_t)due->after_saga);
    due->next_ms = INT64_MAX;
    while (db_next(heads, &rc)) {
        struct store_item item;
        reader_take_head(heads, &item.head, &item.name);
        if (!rows_due_takes(due, rows_due_ms(&item.head, due->timeline), item.head.saga)) {
            db_end(heads);
            break;
        }
        rc = fn(&item, arg);
    }
    return rc;
}

enum saga_error reader_load_definitions(struct reader *reader, store_definition_fn fn, void *arg)
{
    PRE(reader->magic == READER_MAGIC);
    sqlite3_stmt *all = reader_query(reader, READ_DEFINITIONS);
    enum saga_error rc = SAGA_OK;
    while (db_next(all, &rc)) {
        struct definition_row row = {.name = db_span(all, 0),
                                     .version = (uint32_t)sqlite3_column_int64(all, 1),
                                     .source = db_span(all, 3),
                                     .applied_ms = sqlite3_column_int64(all, 4),
                                     .actor = db_span(all, 5)};
        bool has_digest = db_take_bytes(all, 2, row.digest, sizeof(row.digest));
        rc = has_digest ? fn(&row, arg) : SAGA_STORE_CORRUPT;
    }
    return rc;
}

/* ---- opening ---- */

static const char *const sqls[] = {
#define X(name, sql) sql,
    READER_QUERIES(X)
#undef X
};
_Static_assert(ARRAY_COUNT(sqls) == READ_COUNT, "each query has its SQL");

static enum saga_error connect(struct reader *reader, const char *path)
{
    PRE(!reader->db);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    enum saga_error rc = db_error(NULL, sqlite3_open_v2(path, &reader->db, flags, NULL));
    if (rc != SAGA_OK) {
        return rc;
    }
    /* SQLite copies the log into the database when the last connection closes; a reader must not,
     * for only the writer's thread checkpoints (writer.h). */
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(reader->db, BUSY_MS);
    rc = db_run(reader->db, SQL_READER_PRAGMAS);
    return rc == SAGA_OK ? db_prepare(reader->db, sqls, READ_COUNT, reader->statements) : rc;
}

enum saga_error reader_open(const char *path, struct tails *tails, struct reader **reader)
{
    PRE(tails != NULL);
    struct reader *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->magic = READER_MAGIC;
    made->tails = tails;
    made->scan_max = SCAN_MAX;
    enum saga_error rc = connect(made, path);
    if (rc != SAGA_OK) {
        reader_close(&made);
        return rc;
    }
    *reader = made;
    return SAGA_OK;
}

void reader_close(struct reader **reader)
{
    struct reader *gone = *reader;
    if (!gone) {
        return;
    }
    PRE(gone->magic == READER_MAGIC);
    db_finalize(gone->statements, READ_COUNT);
    int rc = sqlite3_close(gone->db);
    POST(rc == SQLITE_OK); /* SQLite refuses to close only if a statement was not finalized */
    gone->magic = 0;
    free(gone);
    *reader = NULL;
}

struct reader *reader_of(struct store_reader *base)
{
    PRE(base != NULL);
    struct reader *reader = (struct reader *)(void *)base;
    PRE(reader->magic == READER_MAGIC);
    return reader;
}
