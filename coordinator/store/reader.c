/* reader.c - names, chains of rows, lists: all reads of the store.
 *
 * A list walks sagas from the newest, at most scan_max of them: a filter that matches next to
 * nothing costs that much and no more, and says where it left off, so that the next page goes on
 * from there. Unfinished sagas and children are found by an index, however old they are. */
#include "store/reader.h"

#include <stdlib.h>

#include "base/limits.h"
#include "store/claim_rows.h"
#include "store/outbox_rows.h"
#include "store/rows.h"

enum { SCAN_MAX = 1000000, ROWS_FIRST = 16 };

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
};

static sqlite3_stmt *query(struct reader *reader, enum reader_query which)
{
    return reader->statements[which];
}

/* Ends a statement that may stand on a row; SAGA_OK for OK, ROW and DONE. */
static enum saga_error end(sqlite3_stmt *statement, int rc)
{
    enum saga_error result = SAGA_OK;
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE) {
        result = db_error(sqlite3_db_handle(statement), rc);
    }
    sqlite3_reset(statement);
    return result;
}

static void read_head(sqlite3_stmt *row, struct head *head, struct span *name)
{
    int64_t status = sqlite3_column_int64(row, HEAD_STATUS);
    int64_t ended_ms = sqlite3_column_int64(row, HEAD_ENDED);
    int64_t due_ms = sqlite3_column_int64(row, HEAD_DUE);
    *head = (struct head){.saga = (uint64_t)sqlite3_column_int64(row, HEAD_SAGA),
                          .state = (enum saga_state)(status / 2),
                          .paused = status % 2 != 0,
                          .definition = db_span(row, HEAD_KIND_NAME),
                          .version = (uint32_t)sqlite3_column_int64(row, HEAD_KIND_VERSION),
                          .started_ms = sqlite3_column_int64(row, HEAD_STARTED),
                          .ended_ms = ended_ms < 0 ? 0 : ended_ms,
                          .first_lsn = (uint64_t)sqlite3_column_int64(row, HEAD_FIRST_LSN),
                          .last_lsn = (uint64_t)sqlite3_column_int64(row, HEAD_LAST_LSN),
                          .due_ms = due_ms < 0 ? 0 : due_ms};
    *name = db_span(row, HEAD_NAME);
}

/* ---- the chain of one saga ---- */

struct chain {
    struct row *rows; /* newest first while it is walked; in the arena */
    uint32_t count;
    uint32_t capacity;
};

static struct row *next_place(struct chain *chain, struct arena *arena)
{
    if (chain->count == chain->capacity) {
        uint32_t capacity = chain->capacity ? chain->capacity * 2 : ROWS_FIRST;
        struct row *rows = arena_take(arena, capacity * sizeof(*rows));
        if (!rows) {
            return NULL;
        }
        if (chain->count > 0) {
            memcpy(rows, chain->rows, chain->count * sizeof(*rows));
        }
        chain->rows = rows;
        chain->capacity = capacity;
    }
    return &chain->rows[chain->count++];
}

static enum saga_error read_event(struct reader *reader, uint64_t lsn, struct arena *arena,
                                  struct row *row)
{
    sqlite3_stmt *event = query(reader, READ_EVENT);
    db_bind_number(event, 1, (int64_t)lsn);
    int rc = sqlite3_step(event);
    if (rc != SQLITE_ROW) {
        enum saga_error error = end(event, rc);
        return error == SAGA_OK ? SAGA_STORE_CORRUPT : error;
    }
    bool ok = true;
    *row = (struct row){.lsn = lsn,
                        .saga = (uint64_t)sqlite3_column_int64(event, 0),
                        .seq = (uint64_t)sqlite3_column_int64(event, 1),
                        .prev = (uint64_t)sqlite3_column_int64(event, 2),
                        .count = (uint32_t)sqlite3_column_int64(event, 3),
                        .body = arena_copy(arena, db_span(event, 4), &ok)};
    row->payload = arena_copy(arena, db_span(event, 5), &ok);
    enum saga_error error = end(event, rc);
    return error == SAGA_OK && !ok ? SAGA_NO_MEMORY : error;
}

static void reverse(struct chain *chain)
{
    for (uint32_t i = 0; i < chain->count / 2; i++) {
        struct row kept = chain->rows[i];
        chain->rows[i] = chain->rows[chain->count - 1 - i];
        chain->rows[chain->count - 1 - i] = kept;
    }
}

static enum saga_error read_chain(struct reader *reader, struct saga_image *image,
                                  struct arena *arena)
{
    struct chain chain = {0};
    /* Each row points to an earlier one, so the walk ends. */
    for (uint64_t lsn = image->head.last_lsn; lsn > 0;) {
        struct row *row = next_place(&chain, arena);
        enum saga_error rc = row ? read_event(reader, lsn, arena, row) : SAGA_NO_MEMORY;
        if (rc != SAGA_OK) {
            return rc;
        }
        if (row->saga != image->head.saga || row->prev >= lsn) {
            return SAGA_STORE_CORRUPT;
        }
        lsn = row->prev;
    }
    reverse(&chain);
    image->rows = chain.rows;
    image->row_count = chain.count;
    return SAGA_OK;
}

/* From a statement that stands on a head. */
static enum saga_error read_image(struct reader *reader, sqlite3_stmt *row, uint64_t tail,
                                  struct arena *arena, struct saga_image *image)
{
    bool ok = true;
    struct span name;
    read_head(row, &image->head, &name);
    image->name = arena_copy(arena, name, &ok);
    image->head.definition = arena_copy(arena, image->head.definition, &ok);
    if (!ok) {
        return SAGA_NO_MEMORY;
    }
    if (tail > image->head.last_lsn) {
        image->head.last_lsn = tail;
    }
    return read_chain(reader, image, arena);
}

/* ---- one ---- */

enum saga_error reader_find_name(struct reader *reader, struct span text, struct name *found)
{
    sqlite3_stmt *find = query(reader, READ_FIND_NAME);
    db_bind_text(find, 1, text);
    int rc = sqlite3_step(find);
    bool is_there = rc == SQLITE_ROW;
    if (is_there) {
        struct span digest = db_span(find, 1);
        *found = (struct name){.saga = (uint64_t)sqlite3_column_int64(find, 0)};
        if (digest.size == sizeof(found->digest)) {
            memcpy(found->digest, digest.data, digest.size);
        }
    }
    enum saga_error error = end(find, rc);
    return error == SAGA_OK && !is_there ? SAGA_NOT_FOUND : error;
}

static enum saga_error load_by_id(struct reader *reader, uint64_t saga, uint64_t tail,
                                  struct arena *arena, struct saga_image *image)
{
    sqlite3_stmt *head = query(reader, READ_HEAD);
    db_bind_number(head, 1, (int64_t)saga);
    int rc = sqlite3_step(head);
    enum saga_error result =
        rc == SQLITE_ROW ? read_image(reader, head, tail, arena, image) : SAGA_STORE_CORRUPT;
    enum saga_error error = end(head, rc);
    return error == SAGA_OK ? result : error;
}

enum saga_error reader_load_one(struct reader *reader, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    struct name found;
    enum saga_error rc = reader_find_name(reader, name, &found);
    if (rc != SAGA_OK) {
        return rc;
    }
    uint64_t tail = tails_get(reader->tails, found.saga);
    rc = db_step(query(reader, READ_BEGIN));
    if (rc == SAGA_OK) {
        rc = load_by_id(reader, found.saga, tail, arena, image);
        enum saga_error ended = db_step(query(reader, READ_COMMIT));
        rc = rc == SAGA_OK ? ended : rc;
    }
    /* It may have been another name of it: a request's key, a token. */
    return rc == SAGA_OK && !span_equal(image->name, name) ? SAGA_NOT_FOUND : rc;
}

/* ---- many ---- */

enum saga_error reader_load_awake(struct reader *reader, store_image_fn fn, void *arg)
{
    sqlite3_stmt *heads = query(reader, READ_HEADS_AWAKE);
    struct arena arena;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    enum saga_error result = SAGA_OK;
    int rc = SQLITE_OK;
    while (result == SAGA_OK && (rc = sqlite3_step(heads)) == SQLITE_ROW) {
        struct saga_image image;
        uint64_t saga = (uint64_t)sqlite3_column_int64(heads, HEAD_SAGA);
        arena_reset(&arena);
        result = read_image(reader, heads, tails_get(reader->tails, saga), &arena, &image);
        if (result == SAGA_OK) {
            result = fn(&image, arg);
        }
    }
    enum saga_error error = end(heads, rc);
    arena_close(&arena);
    return error == SAGA_OK ? result : error;
}

enum saga_error reader_list_due(struct reader *reader, struct store_due *due, store_item_fn fn,
                                void *arg)
{
    sqlite3_stmt *heads = query(reader, READ_HEADS_DUE);
    enum saga_error result = SAGA_OK;
    int rc = SQLITE_OK;
    db_bind_number(heads, 1, due->after_ms);
    db_bind_number(heads, 2, (int64_t)due->after_saga);
    due->next_ms = INT64_MAX;
    while (result == SAGA_OK && (rc = sqlite3_step(heads)) == SQLITE_ROW) {
        struct store_item item;
        read_head(heads, &item.head, &item.name);
        if (!rows_due_takes(due, item.head.due_ms, item.head.saga)) {
            break;
        }
        result = fn(&item, arg);
    }
    enum saga_error error = end(heads, rc);
    return error == SAGA_OK ? result : error;
}

enum saga_error reader_load_definitions(struct reader *reader, store_definition_fn fn, void *arg)
{
    sqlite3_stmt *all = query(reader, READ_DEFINITIONS);
    enum saga_error result = SAGA_OK;
    int rc = SQLITE_OK;
    while (result == SAGA_OK && (rc = sqlite3_step(all)) == SQLITE_ROW) {
        struct definition_row row = {.name = db_span(all, 0),
                                     .version = (uint32_t)sqlite3_column_int64(all, 1),
                                     .source = db_span(all, 3),
                                     .applied_ms = sqlite3_column_int64(all, 4),
                                     .actor = db_span(all, 5)};
        struct span digest = db_span(all, 2);
        if (digest.size != sizeof(row.digest)) {
            result = SAGA_STORE_CORRUPT;
            break;
        }
        memcpy(row.digest, digest.data, digest.size);
        result = fn(&row, arg);
    }
    enum saga_error error = end(all, rc);
    return error == SAGA_OK ? result : error;
}

/* From `first` on, if the saga before which the list begins is not older. */
struct window {
    int64_t first;
    int64_t before;
};

static void bind_filter(sqlite3_stmt *list, const struct store_filter *filter,
                        const struct window *window)
{
    db_bind_number(list, 1, window->before);
    db_bind_number(list, 2, window->first);
    db_bind_number(list, 3, (int64_t)filter->state);
    if (filter->definition.size > 0) {
        db_bind_text(list, 4, filter->definition);
    } else {
        CHECK(sqlite3_bind_null(list, 4) == SQLITE_OK);
    }
    db_bind_number(list, 5, filter->started_from_ms);
    db_bind_number(list, 6, filter->started_until_ms);
    db_bind_number(list, 7, filter->limit);
}

/* What begins with "<parent>~". */
static void bind_parent(sqlite3_stmt *list, const struct store_filter *filter, char *first,
                        char *last)
{
    size_t size = filter->parent.size;
    CHECK(size <= LIMIT_KEY);
    memcpy(first, filter->parent.data, size);
    memcpy(last, filter->parent.data, size);
    first[size] = '~';
    last[size] = '~' + 1;
    db_bind_text(list, 8, span_of(first, size + 1));
    db_bind_text(list, 9, span_of(last, size + 1));
    db_bind_number(list, 10, filter->unfinished ? 1 : 0);
}

/* By which index its sagas are found; READ_LIST: by none. */
static enum reader_query query_of(const struct store_filter *filter)
{
    bool has_state = filter->state != 0;
    bool unfinished = filter->unfinished || (has_state && !saga_state_is_final(filter->state));
    return filter->parent.size > 0 ? READ_LIST_CHILDREN
           : unfinished            ? READ_LIST_UNFINISHED
                                   : READ_LIST;
}

enum saga_error reader_list(struct reader *reader, const struct store_filter *filter,
                            store_item_fn fn, void *arg)
{
    PRE(filter->limit >= 1);
    int64_t newest = 0;
    enum saga_error result = db_step_number(query(reader, READ_LAST_SAGA), &newest);
    char first[LIMIT_KEY + 1];
    char last[LIMIT_KEY + 1];
    enum reader_query which = query_of(filter);
    sqlite3_stmt *list = query(reader, which);
    struct window window = {.before = filter->before ? (int64_t)filter->before : newest + 1};
    if (which == READ_LIST && window.before > reader->scan_max) {
        window.first = window.before - reader->scan_max;
    }
    bind_filter(list, filter, &window);
    if (which == READ_LIST_CHILDREN) {
        bind_parent(list, filter, first, last);
    }
    uint32_t count = 0;
    int rc = SQLITE_OK;
    while (result == SAGA_OK && (rc = sqlite3_step(list)) == SQLITE_ROW) {
        struct store_item item;
        read_head(list, &item.head, &item.name);
        uint64_t tail = tails_get(reader->tails, item.head.saga);
        item.head.last_lsn = tail > item.head.last_lsn ? tail : item.head.last_lsn;
        result = fn(&item, arg);
        count++;
    }
    if (filter->left_off) {
        *filter->left_off = count < filter->limit && window.first > 1 ? (uint64_t)window.first : 0;
    }
    enum saga_error error = end(list, rc);
    return error == SAGA_OK ? result : error;
}

/* ---- opening ---- */

static const char *const sqls[] = {
#define X(name, sql) sql,
    READER_QUERIES(X)
#undef X
};

static enum saga_error base_load_one(struct store_reader *base, struct span name,
                                     struct arena *arena, struct saga_image *image)
{
    return reader_load_one((struct reader *)(void *)base, name, arena, image);
}

static enum saga_error base_list(struct store_reader *base, const struct store_filter *filter,
                                 store_item_fn fn, void *arg)
{
    return reader_list((struct reader *)(void *)base, filter, fn, arg);
}

static enum saga_error base_find_name(struct store_reader *base, struct span text,
                                      struct name *found)
{
    return reader_find_name((struct reader *)(void *)base, text, found);
}

static void base_close(struct store_reader **base)
{
    struct reader *reader = (struct reader *)(void *)*base;
    reader_close(&reader);
    *base = NULL;
}

static enum saga_error base_list_deliveries(struct store_reader *base,
                                            const struct delivery_filter *filter,
                                            store_delivery_fn fn, void *arg)
{
    return outbox_list(((struct reader *)(void *)base)->statements, filter, fn, arg);
}

static enum saga_error base_load_delivery(struct store_reader *base, uint64_t id,
                                          store_delivery_fn fn, void *arg)
{
    return outbox_load(((struct reader *)(void *)base)->statements, id, fn, arg);
}

static enum saga_error base_list_hooks(struct store_reader *base, store_hook_fn fn, void *arg)
{
    return outbox_hooks(((struct reader *)(void *)base)->statements, fn, arg);
}

static enum saga_error base_list_schedules(struct store_reader *base, store_schedule_fn fn,
                                           void *arg)
{
    return claim_rows_schedules(((struct reader *)(void *)base)->statements, fn, arg);
}

static const struct store_reader_ops reader_ops = {
    .load_one = base_load_one,
    .list = base_list,
    .find_name = base_find_name,
    .list_deliveries = base_list_deliveries,
    .load_delivery = base_load_delivery,
    .list_hooks = base_list_hooks,
    .list_schedules = base_list_schedules,
    .close = base_close,
};

enum saga_error reader_open(const char *path, struct tails *tails, struct reader **reader)
{
    struct reader *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->base.ops = &reader_ops;
    made->tails = tails;
    made->scan_max = SCAN_MAX;
    int rc = sqlite3_open_v2(path, &made->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    enum saga_error error = db_error(made->db, rc);
    if (error == SAGA_OK) {
        /* A reader never checkpoints, not even as the last one to leave. */
        sqlite3_db_config(made->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_busy_timeout(made->db, 1000);
        error = db_run(made->db, SQL_READER_PRAGMAS);
    }
    if (error == SAGA_OK) {
        error = db_prepare(made->db, sqls, READ_COUNT, made->statements);
    }
    if (error != SAGA_OK) {
        reader_close(&made);
        return error;
    }
    *reader = made;
    return SAGA_OK;
}

void reader_close(struct reader **reader)
{
    struct reader *gone = *reader;
    if (gone) {
        db_finalize(gone->statements, READ_COUNT);
        sqlite3_close(gone->db);
        free(gone);
        *reader = NULL;
    }
}
