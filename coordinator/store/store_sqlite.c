/* store_sqlite.c - the product's store: one file, one writer, readers beside it.
 *
 *   <path>        the database: tables in schemas/store.sql
 *   <path>-wal    its log; every commit is synced there (synchronous=FULL)
 *   <path>.lock   held by the process that has the store open; its number stands in it
 *
 * The loop's reads go through a reader of its own; the HTTP thread opens another. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "store/claim_rows.h"
#include "store/inbox_reader.h"
#include "store/rows.h"
#include "store/schema.h"
#include "store/writer.h"

enum {
    TURN_ROWS = 50000,
    CHECKPOINT_FRAMES = 4000, /* 16 MiB: beyond it checkpoints stall longer and win nothing */
    SPACE_MIN = 1024 * 1024,
    COMMIT_PAGES = 32, /* that a small commit may dirty, in the log and in the database */
    PAGE_SIZE = 4096,
    PATH_SIZE = 4096,
};

struct store_sqlite {
    struct store base; /* first: handed out as this */
    struct writer writer;
    struct reader *reader; /* the loop's */
    struct store_facts facts;
    uint64_t submitted;
    int lock;
    char path[PATH_SIZE];
};

static struct store_sqlite *own(struct store *store)
{
    return (struct store_sqlite *)(void *)store;
}

/* ---- operations ---- */

static void facts(const struct store *store, struct store_facts *out)
{
    *out = ((const struct store_sqlite *)(const void *)store)->facts;
}

static size_t size_of(const struct rows *rows)
{
    size_t size = 0;
    for (uint32_t i = 0; i < rows->row_count; i++) {
        size += rows->rows[i].body.size + rows->rows[i].payload.size + 64;
    }
    for (uint32_t i = 0; i < rows->definition_count; i++) {
        size += rows->definitions[i].source.size;
    }
    for (uint32_t i = 0; i < rows->delivery_count; i++) {
        bool is_new = rows->deliveries[i].change == DELIVERY_NEW;
        size += is_new ? rows->notices[rows->deliveries[i].notice].data.size + 512 : 256;
    }
    for (uint32_t i = 0; i < rows->inbox_count; i++) {
        size += rows->inbox[i].data.size + 512;
    }
    size += (size_t)128 * (rows->wait_count + rows->inbox_done_count);
    size += (size_t)256 * (rows->schedule_count + rows->claim_count);
    return size + (size_t)256 * (rows->head_count + rows->name_count);
}

/* Running out in the middle of a commit would fail the store for good: look before. A batch dirties
 * more pages than it has bytes, in the log and again in the database: hence the factor and the
 * addend. */
static bool has_space_for(struct store_sqlite *store, size_t size)
{
    struct statvfs space;
    uint64_t need = 4 * (uint64_t)size + COMMIT_PAGES * PAGE_SIZE;
    if (statvfs(store->path, &space) != 0) {
        return true;
    }
    return (uint64_t)space.f_bavail * space.f_frsize >= store->writer.options.space_min + need;
}

static bool has_space(struct store *base)
{
    return has_space_for(own(base), LIMIT_MESSAGE_IN / 8);
}

static enum saga_error submit(struct store *base, const struct rows *rows)
{
    struct store_sqlite *store = own(base);
    if (writer_has_failed(&store->writer)) {
        return SAGA_STORE_FAILED;
    }
    if (atomic_load(&store->writer.durable) < store->submitted) {
        return SAGA_OVERLOADED;
    }
    if (!has_space_for(store, size_of(rows))) {
        return SAGA_DISK_FULL;
    }
    store->submitted++;
    writer_submit(&store->writer, rows);
    return SAGA_OK;
}

static enum saga_error durable(struct store *base, uint64_t *count)
{
    struct store_sqlite *store = own(base);
    uint64_t news;
    ssize_t got = read(store->writer.wake, &news, sizeof(news));
    MAYBE(got == (ssize_t)sizeof(news));
    *count = atomic_load(&store->writer.durable);
    return (enum saga_error)atomic_load(&store->writer.failure);
}

static int wake(const struct store *base)
{
    return ((const struct store_sqlite *)(const void *)base)->writer.wake;
}

/* What the reader says after the writer has failed may not be what a restart will find. */
static enum saga_error check(struct store_sqlite *store)
{
    return writer_has_failed(&store->writer) ? SAGA_STORE_FAILED : SAGA_OK;
}

static enum saga_error load_awake(struct store *base, store_image_fn fn, void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? reader_load_awake(own(base)->reader, fn, arg) : rc;
}

static enum saga_error list_due(struct store *base, struct store_due *due, store_item_fn fn,
                                void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? reader_list_due(own(base)->reader, due, fn, arg) : rc;
}

static enum saga_error load_schedules(struct store *base, store_schedule_fn fn, void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? claim_rows_schedules(own(base)->reader->statements, fn, arg) : rc;
}

static enum saga_error load_claims(struct store *base, store_claim_fn fn, void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? claim_rows_load(own(base)->reader->statements, fn, arg) : rc;
}

static enum saga_error load_definitions(struct store *base, store_definition_fn fn, void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? reader_load_definitions(own(base)->reader, fn, arg) : rc;
}

static enum saga_error find_name(struct store *base, struct span text, struct name *found)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? reader_find_name(own(base)->reader, text, found) : rc;
}

static enum saga_error load_one(struct store *base, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? reader_load_one(own(base)->reader, name, arena, image) : rc;
}

/* ---- the inbox ---- */

static uint64_t count_inbox(const struct store *base)
{
    const struct store_sqlite *store = (const struct store_sqlite *)(const void *)base;
    return atomic_load(&store->writer.inbox_count);
}

static enum saga_error find_inbox(struct store *base, struct span source, struct span id,
                                  struct arena *arena, struct inbox_found *found)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_find(own(base)->reader, source, id, arena, found) : rc;
}

static enum saga_error load_inbox(struct store *base, uint64_t number, struct arena *arena,
                                  struct inbox_row *row)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_load(own(base)->reader, number, arena, row) : rc;
}

static enum saga_error next_inbox(struct store *base, struct span name, uint64_t number,
                                  struct arena *arena, struct inbox_row *row)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_next(own(base)->reader, name, number, arena, row) : rc;
}

static enum saga_error next_path(struct store *base, struct span name, struct span path,
                                 struct arena *arena, struct span *next)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_next_path(own(base)->reader, name, path, arena, next) : rc;
}

static enum saga_error waits(struct store *base, const struct wait_query *query, store_wait_fn fn,
                             void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_waits(own(base)->reader, query, fn, arg) : rc;
}

static enum saga_error waits_of(struct store *base, struct span id, struct span name,
                                store_wait_fn fn, void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_waits_of(own(base)->reader, id, name, fn, arg) : rc;
}

static enum saga_error unrecalled(struct store *base, store_wait_fn fn, void *arg)
{
    enum saga_error rc = check(own(base));
    return rc == SAGA_OK ? inbox_unrecalled(own(base)->reader, fn, arg) : rc;
}

static const struct store_inbox_ops inbox_ops = {
    .count = count_inbox,
    .find = find_inbox,
    .load = load_inbox,
    .next = next_inbox,
    .next_path = next_path,
    .waits = waits,
    .waits_of = waits_of,
    .unrecalled = unrecalled,
};

static enum saga_error open_reader(struct store *base, struct store_reader **reader)
{
    struct reader *made = NULL;
    enum saga_error rc = reader_open(own(base)->path, &own(base)->writer.tails, &made);
    if (rc == SAGA_OK) {
        uint64_t scan_max = own(base)->writer.options.scan_max;
        made->scan_max = scan_max > 0 ? (int64_t)scan_max : made->scan_max;
        *reader = &made->base;
    }
    return rc;
}

static void close_store(struct store **base)
{
    struct store_sqlite *store = *base ? own(*base) : NULL;
    if (!store) {
        return;
    }
    reader_close(&store->reader);
    writer_stop(&store->writer);
    tails_close(&store->writer.tails);
    if (store->lock >= 0) {
        close(store->lock);
    }
    free(store);
    *base = NULL;
}

static const struct store_ops sqlite_ops = {
    .name = "sqlite",
    .facts = facts,
    .submit = submit,
    .durable = durable,
    .wake = wake,
    .has_space = has_space,
    .load_awake = load_awake,
    .list_due = list_due,
    .load_definitions = load_definitions,
    .load_schedules = load_schedules,
    .load_claims = load_claims,
    .find_name = find_name,
    .load_one = load_one,
    .inbox = &inbox_ops,
    .reader_open = open_reader,
    .close = close_store,
};

/* ---- opening ---- */

static enum saga_error take_lock(struct store_sqlite *store, char *why, size_t why_size)
{
    char path[PATH_SIZE + 8];
    char pid[32] = "";
    snprintf(path, sizeof(path), "%s.lock", store->path);
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock < 0) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return errno == ENOSPC ? SAGA_DISK_FULL : SAGA_STORE_FAILED;
    }
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0) {
        ssize_t size = read(store->lock, pid, sizeof(pid) - 1);
        pid[size > 0 ? size : 0] = '\0';
        snprintf(why, why_size, "%s is in use by another sagad (process %s)", store->path,
                 pid[0] ? pid : "unknown");
        return SAGA_STORE_LOCKED;
    }
    int size = snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    /* The number is a help for people; without it the lock holds all the same. */
    if (ftruncate(store->lock, 0) == 0) {
        MAYBE(write(store->lock, pid, (size_t)size) == size);
    }
    return SAGA_OK;
}

static enum saga_error open_database(struct store_sqlite *store)
{
    struct writer *writer = &store->writer;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    enum saga_error rc = db_error(NULL, sqlite3_open_v2(store->path, &writer->db, flags, NULL));
    if (rc != SAGA_OK) {
        return rc;
    }
    sqlite3_db_config(writer->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(writer->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* The pragmas change the file: first see whose it is. */
    int64_t version = 0;
    rc = schema_check(writer->db, &version);
    if (rc == SAGA_OK) {
        rc = db_run(writer->db, SQL_WRITER_PRAGMAS);
    }
    return rc == SAGA_OK ? schema_make(writer->db, version) : rc;
}

static const char *const sqls[] = {
#define X(name, sql) sql,
    WRITER_QUERIES(X)
#undef X
};

static enum saga_error get_meta(struct writer *writer, const char *key, int64_t *value)
{
    db_bind_text(writer->statements[WRITE_GET_META], 1, span_text(key));
    return db_step_number(writer->statements[WRITE_GET_META], value);
}

/* The rows that came after the newest rows were noted last: the tails anew. */
static enum saga_error read_tails(struct writer *writer)
{
    sqlite3_stmt *events = writer->statements[WRITE_EVENTS_AFTER];
    db_bind_number(events, 1, (int64_t)writer->heads_lsn);
    enum saga_error result = SAGA_OK;
    uint64_t expected = writer->heads_lsn + 1;
    int rc = SQLITE_OK;
    while (result == SAGA_OK && (rc = sqlite3_step(events)) == SQLITE_ROW) {
        uint64_t lsn = (uint64_t)sqlite3_column_int64(events, 0);
        uint64_t saga = (uint64_t)sqlite3_column_int64(events, 1);
        result =
            lsn == expected && saga > 0 ? tails_reserve(&writer->tails, 1) : SAGA_STORE_CORRUPT;
        if (result == SAGA_OK) {
            tails_set(&writer->tails, saga, lsn);
        }
        expected++;
    }
    enum saga_error error =
        rc == SQLITE_DONE || rc == SQLITE_ROW ? SAGA_OK : db_error(writer->db, rc);
    sqlite3_reset(events);
    return error == SAGA_OK ? result : error;
}

static enum saga_error read_minted(struct writer *writer, struct store_facts *facts)
{
    sqlite3_stmt *minted = writer->statements[WRITE_LAST_MINTED];
    int rc = sqlite3_step(minted);
    enum saga_error result = SAGA_OK;
    if (rc == SQLITE_ROW) {
        struct span text = db_span(minted, 0);
        facts->minted_size = text.size <= sizeof(facts->minted) ? text.size : 0;
        memcpy(facts->minted, text.data, facts->minted_size);
        result = facts->minted_size > 0 ? SAGA_OK : SAGA_STORE_CORRUPT;
    } else if (rc != SQLITE_DONE) {
        result = db_error(writer->db, rc);
    }
    sqlite3_reset(minted);
    return result;
}

static enum saga_error read_facts(struct store_sqlite *store)
{
    struct writer *writer = &store->writer;
    sqlite3_stmt **statements = writer->statements;
    int64_t heads_lsn = 0;
    int64_t last_ms = 0;
    int64_t applied_ms = 0;
    int64_t last_lsn = 0;
    int64_t last_saga = 0;
    enum saga_error rc = get_meta(writer, "heads_lsn", &heads_lsn);
    if (rc == SAGA_OK) {
        rc = get_meta(writer, "last_ms", &last_ms);
    }
    if (rc == SAGA_OK) {
        rc = db_step_number(statements[WRITE_LAST_APPLIED], &applied_ms);
    }
    if (rc == SAGA_OK) {
        rc = db_step_number(statements[WRITE_LAST_EVENT], &last_lsn);
    }
    if (rc == SAGA_OK) {
        rc = db_step_number(statements[WRITE_LAST_SAGA], &last_saga);
    }
    int64_t inbox[3] = {0};
    if (rc == SAGA_OK) {
        rc = get_meta(writer, "inbox_last", &inbox[0]);
    }
    if (rc == SAGA_OK) {
        rc = get_meta(writer, "inbox_offered", &inbox[1]);
    }
    if (rc == SAGA_OK) {
        rc = db_step_number(statements[WRITE_COUNT_INBOX], &inbox[2]);
    }
    atomic_store(&writer->inbox_count, (unsigned long long)inbox[2]);
    int64_t saga_ms = 0;
    if (rc == SAGA_OK && last_saga > 0) {
        db_bind_number(statements[WRITE_SAGA_TIMES], 1, last_saga);
        rc = db_step_number(statements[WRITE_SAGA_TIMES], &saga_ms);
    }
    last_ms = applied_ms > last_ms ? applied_ms : last_ms;
    last_ms = saga_ms > last_ms ? saga_ms : last_ms;
    writer->heads_lsn = (uint64_t)heads_lsn;
    writer->last_lsn = (uint64_t)last_lsn;
    writer->last_ms = last_ms;
    store->facts = (struct store_facts){.last_lsn = (uint64_t)last_lsn,
                                        .last_saga = (uint64_t)last_saga,
                                        .inbox_last = (uint64_t)inbox[0],
                                        .inbox_offered = (uint64_t)inbox[1],
                                        .last_ms = last_ms};
    return rc == SAGA_OK ? read_minted(writer, &store->facts) : rc;
}

static enum saga_error open_all(struct store_sqlite *store, char *why, size_t why_size)
{
    struct writer *writer = &store->writer;
    enum saga_error rc = take_lock(store, why, why_size);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = open_database(store);
    if (rc == SAGA_OK) {
        rc = batch_table_open(writer->db, &writer->shown);
    }
    if (rc == SAGA_OK) {
        rc = db_prepare(writer->db, sqls, WRITE_COUNT, writer->statements);
    }
    if (rc == SAGA_OK) {
        rc = read_facts(store);
    }
    if (rc == SAGA_OK) {
        rc = read_tails(writer);
    }
    if (rc == SAGA_OK) {
        rc = writer_start(writer);
    }
    if (rc == SAGA_OK) {
        rc = reader_open(store->path, &writer->tails, &store->reader);
    }
    if (rc != SAGA_OK) {
        /* What we refuse ourselves is no error to SQLite. */
        bool has_word = sqlite3_errcode(writer->db) != SQLITE_OK;
        snprintf(why, why_size, "%s: %s%s%s%s", store->path, error_sentence(rc),
                 has_word ? " (" : "", has_word ? sqlite3_errmsg(writer->db) : "",
                 has_word ? ")" : "");
    }
    return rc;
}

enum saga_error store_sqlite_open(const struct store_sqlite_options *options, struct store **store,
                                  char *why, size_t why_size)
{
    struct store_sqlite *made = calloc(1, sizeof(*made));
    if (!made) {
        snprintf(why, why_size, "%s: %s", options->path, error_sentence(SAGA_NO_MEMORY));
        return SAGA_NO_MEMORY;
    }
    /* Counting every allocation under a lock costs more than the count is worth. Once SQLite runs
     * it refuses the change, which then was made before. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    made->base.ops = &sqlite_ops;
    made->lock = -1;
    made->writer.options = *options;
    struct store_sqlite_options *own_options = &made->writer.options;
    own_options->turn_rows = options->turn_rows ? options->turn_rows : TURN_ROWS;
    own_options->checkpoint_frames =
        options->checkpoint_frames ? options->checkpoint_frames : CHECKPOINT_FRAMES;
    own_options->space_min = options->space_min ? options->space_min : SPACE_MIN;
    tails_open(&made->writer.tails);
    int size = snprintf(made->path, sizeof(made->path), "%s", options->path);
    enum saga_error rc = SAGA_INVALID;
    if (size > 0 && (size_t)size < sizeof(made->path)) {
        rc = open_all(made, why, why_size);
    } else {
        snprintf(why, why_size, "a path of %d bytes", size);
    }
    if (rc != SAGA_OK) {
        struct store *gone = &made->base;
        close_store(&gone);
        return rc;
    }
    *store = &made->base;
    return SAGA_OK;
}
