/* store_sqlite.c - the product's store: one file, one writer, readers beside the writer.
 *
 *   <path>        the database: tables in schemas/store.sql
 *   <path>-wal    its log; every commit is synced there (synchronous=FULL)
 *   <path>-shm    an index of the log, shared by the connections
 *   <path>.lock   held by the process that has the store open; the number of the process is in it
 *   <path>.high   the last lsn that was durable: high_water.h
 *
 * The loop's reads go through a reader of the loop's own; each other thread opens another. */
#include "store/store_sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/lock_rows.h"
#include "store/facts.h"
#include "store/files.h"
#include "store/high_water.h"
#include "store/lock_file.h"
#include "store/reads.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/sqlite_inbox.h"

enum {
    TURN_ROWS = 50000,
    /* 16 MiB: with a longer log each copy into the database would stall commits longer, and gain
     * nothing. */
    CHECKPOINT_FRAMES = 4000,
    SPACE_MIN = 1024 * 1024,
};

/* ---- writing ---- */

static void facts(const struct store *store, struct store_facts *out)
{
    PRE(out != NULL);
    *out = sqlite_of(store)->facts;
}

/* How many pages the batch changes, at most, that was submitted and is not durable yet; 0 = there
 * is none. */
static uint64_t pages_on_their_way(struct store_sqlite *store)
{
    uint64_t durable = atomic_load(&store->writer.durable);
    CHECK(durable <= store->submitted);
    return durable < store->submitted ? store->pages : 0;
}

static uint64_t room(struct store *base)
{
    struct store_sqlite *store = sqlite_of(base);
    PRE(store->writer.space.path == store->path);
    return space_room(&store->writer.space, pages_on_their_way(store));
}

static enum saga_error submit(struct store *base, const struct rows *rows)
{
    PRE(rows != NULL);
    struct store_sqlite *store = sqlite_of(base);
    PRE(store->writer.is_running);
    if (writer_has_failed(&store->writer)) {
        return SAGA_STORE_FAILED;
    }
    if (atomic_load(&store->writer.durable) < store->submitted) {
        return SAGA_OVERLOADED;
    }
    uint64_t pages = space_pages(&store->writer.space, rows);
    if (!space_has(&store->writer.space, pages)) {
        writer_tidy(&store->writer);
        return SAGA_DISK_FULL;
    }
    store->pages = pages;
    store->submitted++;
    writer_submit(&store->writer, rows);
    return SAGA_OK;
}

static enum saga_error durable(struct store *base, uint64_t *count)
{
    struct store_sqlite *store = sqlite_of(base);
    uint64_t news;
    ssize_t got = read(store->writer.wake, &news, sizeof(news));
    MAYBE(got == (ssize_t)sizeof(news));
    *count = atomic_load(&store->writer.durable);
    POST(*count <= store->submitted);
    return (enum saga_error)atomic_load(&store->writer.failure);
}

static int wake(const struct store *base)
{
    PRE(sqlite_of(base)->writer.wake >= 0);
    return sqlite_of(base)->writer.wake;
}

/* ---- reading, in the loop's thread ---- */

static enum saga_error load_awake(struct store *base, store_image_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? reader_load_awake(reader, fn, arg) : rc;
}

static enum saga_error list_due(struct store *base, struct store_due *due, store_item_fn fn,
                                void *arg)
{
    PRE(due->after_ms >= 0);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? reader_list_due(reader, due, fn, arg) : rc;
}

static enum saga_error load_schedules(struct store *base, store_schedule_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? lock_rows_schedules(reader->statements, fn, arg) : rc;
}

static enum saga_error load_locks(struct store *base, store_lock_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? lock_rows_load(reader->statements, fn, arg) : rc;
}

static enum saga_error load_definitions(struct store *base, store_definition_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? reader_load_definitions(reader, fn, arg) : rc;
}

static enum saga_error find_name(struct store *base, struct span text, struct name *found)
{
    PRE(found != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? reader_find_name(reader, text, found) : rc;
}

static enum saga_error load_head(struct store *base, struct span name, struct arena *arena,
                                 struct store_item *item)
{
    PRE(item != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? reader_load_head(reader, name, arena, item) : rc;
}

static enum saga_error load_one(struct store *base, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    PRE(image != NULL);
    struct reader *reader = NULL;
    enum saga_error rc = sqlite_reader(base, &reader);
    return rc == SAGA_OK ? reader_load_one(reader, name, arena, image) : rc;
}

/* ---- readers of other threads, and the end ---- */

static enum saga_error open_reader(struct store *base, struct store_reader **reader)
{
    struct store_sqlite *store = sqlite_of(base);
    PRE(store->writer.db != NULL);
    return reads_open(store->path, &store->writer.tails, store->writer.options.scan_max, reader);
}

static const struct store_ops sqlite_ops;

static void close_store(struct store **base)
{
    if (!*base) {
        return;
    }
    struct store_sqlite *store = sqlite_of(*base);
    PRE(store->base.ops == &sqlite_ops);
    reader_close(&store->reader);
    writer_stop(&store->writer);
    tails_close(&store->writer.tails);
    if (store->lock >= 0) {
        close(store->lock);
    }
    store->magic = 0;
    free(store);
    *base = NULL;
}

static const struct store_ops sqlite_ops = {
    .name = "sqlite",
    .facts = facts,
    .submit = submit,
    .durable = durable,
    .wake = wake,
    .room = room,
    .load_awake = load_awake,
    .list_due = list_due,
    .load_definitions = load_definitions,
    .load_schedules = load_schedules,
    .load_locks = load_locks,
    .find_name = find_name,
    .load_head = load_head,
    .load_one = load_one,
    .inbox = &sqlite_inbox_ops,
    .reader_open = open_reader,
    .close = close_store,
};

/* ---- opening ---- */

/* Looks for damage before SQLite makes or changes any file, and sets aside a log without its
 * database if the operator has accepted the loss. */
static enum saga_error look_at_files(struct store_sqlite *store)
{
    struct damage *damage = &store->damage;
    PRE(!store->writer.db);
    enum saga_error rc = damage_look_at_files(damage, store->path);
    if (rc != SAGA_OK || !damage_is_found(damage)) {
        return rc;
    }
    return store->writer.options.accept_loss ? damage_put_aside(damage, store->path)
                                             : SAGA_STORE_CORRUPT;
}

static enum saga_error connect(struct store_sqlite *store)
{
    struct writer *writer = &store->writer;
    PRE(!writer->db);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    enum saga_error rc = files_make(store->path);
    if (rc == SAGA_OK) {
        rc = db_error(NULL, sqlite3_open_v2(store->path, &writer->db, flags, NULL));
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    sqlite3_db_config(writer->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(writer->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* As long as the store may be refused, its log stays as it is. */
    sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return SAGA_OK;
}

/* Is the database a store of ours, and has none of its rows been lost? Else it is refused, unless
 * the operator accepts a loss. */
static enum saga_error look_at_database(struct store_sqlite *store)
{
    struct damage *damage = &store->damage;
    sqlite3 *db = store->writer.db;
    enum saga_error rc = schema_check(db, &store->version);
    if (rc != SAGA_OK) {
        return rc;
    }
    PRE(store->version >= 0);
    rc = damage_look_at_database(damage, db, store->version == 0, false);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool is_refused = damage_is_found(damage) && !store->writer.options.accept_loss;
    return is_refused ? SAGA_STORE_CORRUPT : SAGA_OK;
}

/* The files are ours: now their modes may be changed. */
static enum saga_error keep_private(struct store_sqlite *store)
{
    PRE(store->lock >= 0);
    return files_keep_private(store->path);
}

/* The pragmas and the schema change the file. A store that is new, or of an earlier version, is
 * copied into its database at once, so that the database alone is a store. */
static enum saga_error make_tables(struct store_sqlite *store)
{
    sqlite3 *db = store->writer.db;
    PRE(sqlite3_get_autocommit(db) != 0);
    enum saga_error rc = db_run(db, SQL_WRITER_PRAGMAS);
    if (rc == SAGA_OK) {
        rc = schema_make(db, store->version);
    }
    if (rc == SAGA_OK && damage_is_found(&store->damage)) {
        rc = damage_record(&store->damage, db);
    }
    if (rc != SAGA_OK || store->version == SCHEMA_VERSION) {
        return rc;
    }
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return db_error(db, code);
}

static enum saga_error prepare(struct store_sqlite *store)
{
    PRE(store->writer.db != NULL);
    return writer_prepare(&store->writer);
}

static enum saga_error read_facts(struct store_sqlite *store)
{
    struct writer *writer = &store->writer;
    PRE(store->facts.last_lsn == 0);
    enum saga_error rc = facts_read(writer, &store->facts);
    if (rc == SAGA_OK) {
        writer->high_water = high_water_open(store->path);
        high_water_write(writer->high_water, writer->last_lsn);
    }
    return rc;
}

static enum saga_error start(struct store_sqlite *store)
{
    PRE(store->facts.last_lsn == store->writer.last_lsn);
    sqlite3_db_config(store->writer.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return writer_start(&store->writer);
}

static enum saga_error open_own_reader(struct store_sqlite *store)
{
    PRE(!store->reader);
    return reader_open(store->path, &store->writer.tails, &store->reader);
}

/* What opening does once the lock is taken, in this order. */
static enum saga_error (*const stages[])(struct store_sqlite *store) = {
    look_at_files, connect, look_at_database, keep_private, make_tables, prepare,
    read_facts,    start,   open_own_reader,
};

/* What was damaged, and what to do; or the error and what SQLite says of it. An error that the
 * store found itself is none to SQLite. */
static void explain(const struct store_sqlite *store, enum saga_error rc, char *why, size_t size)
{
    PRE(rc != SAGA_OK);
    sqlite3 *db = store->writer.db;
    bool has_word = db && sqlite3_errcode(db) != SQLITE_OK;
    if (damage_is_found(&store->damage) && rc == SAGA_STORE_CORRUPT) {
        snprintf(why, size, "%s is not what it was: %s. " DAMAGE_ADVICE, store->path,
                 store->damage.what);
        return;
    }
    snprintf(why, size, "%s: %s%s%s%s", store->path, error_sentence(rc), has_word ? " (" : "",
             has_word ? sqlite3_errmsg(db) : "", has_word ? ")" : "");
}

static enum saga_error open_all(struct store_sqlite *store, char *why, size_t why_size)
{
    PRE(store->lock < 0);
    enum saga_error rc = lock_file_take(store->path, &store->lock, why, why_size);
    if (rc != SAGA_OK) {
        return rc;
    }
    for (size_t at = 0; at < ARRAY_COUNT(stages) && rc == SAGA_OK; at++) {
        rc = stages[at](store);
    }
    if (rc != SAGA_OK) {
        explain(store, rc, why, why_size);
    }
    return rc;
}

static uint64_t number_or(uint64_t given, uint64_t otherwise)
{
    PRE(otherwise > 0);
    return given > 0 ? given : otherwise;
}

/* Takes the options over; those that are zero get the value that the product uses. */
static void set_options(struct store_sqlite *store, const struct store_sqlite_options *given)
{
    PRE(given->checkpoint_frames >= 0);
    struct store_sqlite_options *own = &store->writer.options;
    *own = *given;
    own->path = store->path;
    own->turn_rows = number_or(given->turn_rows, TURN_ROWS);
    own->checkpoint_frames =
        (int64_t)number_or((uint64_t)given->checkpoint_frames, CHECKPOINT_FRAMES);
    own->space_min = number_or(given->space_min, SPACE_MIN);
}

enum saga_error store_sqlite_open(const struct store_sqlite_options *options, struct store **store,
                                  char *why, size_t why_size)
{
    PRE(options->path != NULL);
    struct store_sqlite *made = calloc(1, sizeof(*made));
    if (!made) {
        snprintf(why, why_size, "%s: %s", options->path, error_sentence(SAGA_NO_MEMORY));
        return SAGA_NO_MEMORY;
    }
    /* To count every allocation under a lock costs more than the count is worth. SQLite refuses the
     * setting once it runs; then an earlier store has made the setting. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    made->base.ops = &sqlite_ops;
    made->magic = SQLITE_STORE_MAGIC;
    made->lock = -1;
    made->writer.high_water = -1;
    set_options(made, options);
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
