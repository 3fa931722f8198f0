/* test_store_versions.c - a store of an earlier version opens, and all its sagas are there.
 *
 * tests/vectors/store-1-sagas.sql is the dump of a store that sagad wrote when its schema was
 * version 1: a saga that sleeps, one that is paused, one that completed and one that was
 * terminated; store-3-sagas.sql, of version 3, has some that sleep. store-2.sql and store-4.sql are
 * the schemas of those versions; the test fills that of version 2 itself.
 *
 * Seen to fail with: a column of another default; a step that is not run; each of the three parts
 * of the step to version 3 that fill a table left out; a number at the end of a name not taken off;
 * until_ms not filled by the step to version 5.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store_sqlite.h"

struct place {
    char folder[64];
    char path[96];
    char text[16384];
};

static void begin(struct place *place)
{
    *place = (struct place){0};
    snprintf(place->folder, sizeof(place->folder), "/tmp/saga-store-XXXXXX");
    cr_assert_not_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof(place->path), "%s/s.db", place->folder);
}

static void end(const struct place *place)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", place->folder);
    cr_assert_eq(system(command), 0);
}

static void read_dump(struct place *place, const char *name)
{
    char path[512];
    const char *source = getenv("SAGA_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/vectors/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(place->text, 1, sizeof(place->text) - 1, file);
    cr_assert_lt(size, sizeof(place->text) - 1);
    place->text[size] = '\0';
    fclose(file);
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(place->path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, place->text, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

static struct store *open_store(const struct place *place)
{
    struct store_sqlite_options options = {.path = place->path};
    struct store *store = NULL;
    char why[256] = "";
    cr_assert_eq(store_sqlite_open(&options, &store, why, sizeof(why)), SAGA_OK, "%s", why);
    return store;
}

struct seen {
    char names[256];
};

static enum saga_error note(const struct saga_image *image, void *arg)
{
    struct seen *seen = arg;
    size_t size = strlen(seen->names);
    cr_assert_eq(image->head.due_ms, 0);
    cr_assert_gt(image->row_count, 0);
    snprintf(seen->names + size, sizeof(seen->names) - size, "%.*s ", (int)image->name.size,
             (const char *)image->name.data);
    return SAGA_OK;
}

static enum saga_error note_item(const struct store_item *item, void *arg)
{
    struct saga_image image = {.head = item->head, .name = item->name, .row_count = 1};
    return note(&image, arg);
}

Test(store_versions, an_old_store_has_all_its_sagas_awake)
{
    static struct place old;
    struct seen awake = {""};
    struct seen due = {""};
    struct seen unfinished = {""};
    struct store_reader *reader = NULL;
    begin(&old);
    read_dump(&old, "store-1-sagas.sql");
    struct store *store = open_store(&old);
    cr_assert_eq(store->ops->load_awake(store, note, &awake), SAGA_OK);
    cr_assert_str_eq(awake.names, "waits paused ");
    struct store_due all = {.until_ms = INT64_MAX, .limit = 100};
    cr_assert_eq(store->ops->list_due(store, &all, note_item, &due), SAGA_OK);
    cr_assert_str_eq(due.names, "");
    cr_assert_eq(all.next_ms, INT64_MAX);
    cr_assert_eq(store->ops->reader_open(store, &reader), SAGA_OK);
    struct store_filter filter = {.limit = 10, .unfinished = true};
    cr_assert_eq(reader->ops->list(reader, &filter, note_item, &unfinished), SAGA_OK);
    cr_assert_str_eq(unfinished.names, "paused waits ");
    reader->ops->close(&reader);
    store->ops->close(&store);
    end(&old);
}

/* ---- from version 2 ---- */

/* Sagas of steps, a clock that was set back before saga 5, and a history of 200 records. */
static const char fill[] =
    "INSERT INTO kind VALUES (1, 'booking', 1);"
    "INSERT INTO name VALUES ('p', 1, zeroblob(32)), ('p~a', 2, zeroblob(32)),"
    " ('p~a~2', 3, zeroblob(32)), ('p~a~2~x_9', 4, zeroblob(32)), ('q', 5, zeroblob(32)),"
    " ('q~b[12]~3', 6, zeroblob(32));"
    "INSERT INTO saga SELECT saga, text, 1, 2, iif(saga < 5, 1000, 500) + saga,"
    " -iif(saga < 5, 1000, 500) - saga, saga, iif(saga = 6, 206, saga), 0 FROM name;"
    "WITH RECURSIVE n(lsn) AS (SELECT 1 UNION ALL SELECT lsn + 1 FROM n WHERE lsn < 206)"
    " INSERT INTO event SELECT lsn, min(lsn, 6), max(1, lsn - 5), iif(lsn < 7, 0, lsn - 1), 1,"
    " x'90', NULL FROM n;"
    "UPDATE meta SET value = 206 WHERE key = 'heads_lsn';";

static void check_names(struct store *store, struct store_filter filter, const char *names)
{
    struct seen seen = {""};
    struct store_reader *reader = NULL;
    filter.limit = 10;
    cr_assert_eq(store->ops->reader_open(store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->list(reader, &filter, note_item, &seen), SAGA_OK);
    cr_assert_str_eq(seen.names, names);
    reader->ops->close(&reader);
}

static int64_t number_of(const struct place *place, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    cr_assert_eq(sqlite3_open(place->path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

Test(store_versions, version_2_gets_its_indexes)
{
    static struct place old;
    struct arena arena;
    struct saga_image image;
    struct store_reader *reader = NULL;
    sqlite3 *db = NULL;
    begin(&old);
    read_dump(&old, "store-2.sql");
    cr_assert_eq(sqlite3_open(old.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, fill, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    struct store *store = open_store(&old);
    check_names(store, (struct store_filter){.parent = span_text("p")}, "p~a~2 p~a ");
    check_names(store, (struct store_filter){.parent = span_text("p~a~2")}, "p~a~2~x_9 ");
    check_names(store, (struct store_filter){.parent = span_text("q")}, "q~b[12]~3 ");
    check_names(store, (struct store_filter){.started_until_ms = 1003}, "q~b[12]~3 q p~a p ");
    check_names(store, (struct store_filter){.started_from_ms = 506, .started_until_ms = 1002},
                "q~b[12]~3 p ");
    check_names(store, (struct store_filter){.state = SAGA_STATE_RUNNING, .before = 3}, "p~a p ");
    check_names(store, (struct store_filter){.definition = span_text("booking"), .before = 2},
                "p ");

    const struct store_page page = {.first_seq = 100, .limit = 10};
    arena_open(&arena, &arena_heap, 1 << 20);
    cr_assert_eq(store->ops->reader_open(store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->load_page(reader, span_text("q~b[12]~3"), &page, &arena, &image),
                 SAGA_OK);
    cr_assert_eq(image.row_count, 10);
    cr_assert_eq(image.rows[0].seq, 100);
    reader->ops->close(&reader);
    arena_close(&arena);
    store->ops->close(&store);
    cr_assert_eq(number_of(&old, "SELECT count(*) FROM waypoint"), 3);
    cr_assert_eq(number_of(&old, "SELECT saga FROM clock"), 5);
    end(&old);
}

/* ---- from version 3 ---- */

static enum saga_error note_due(const struct store_item *item, void *arg)
{
    struct seen *seen = arg;
    size_t size = strlen(seen->names);
    cr_assert_eq(item->head.due_ms, item->head.until_ms);
    snprintf(seen->names + size, sizeof(seen->names) - size, "%.*s ", (int)item->name.size,
             (const char *)item->name.data);
    return SAGA_OK;
}

/* Which clock a sleeper of one time waits for, the store does not know: either may wake it. */
Test(store_versions, sleepers_of_version_3_are_due_by_both_clocks)
{
    static struct place old;
    struct store_facts facts;
    begin(&old);
    read_dump(&old, "store-3-sagas.sql");
    struct store *store = open_store(&old);
    for (int timeline = 0; timeline < TIMELINE_COUNT; timeline++) {
        struct seen due = {""};
        struct store_due all = {
            .timeline = (enum timeline)timeline, .until_ms = INT64_MAX, .limit = 100};
        cr_assert_eq(store->ops->list_due(store, &all, note_due, &due), SAGA_OK);
        cr_assert_str_eq(due.names, "nap day later ");
    }
    store->ops->facts(store, &facts);
    cr_assert_eq(facts.last.at_ms, INT64_C(1796071660253));
    cr_assert_eq(facts.last.running_ms, facts.last.at_ms);
    cr_assert_eq(facts.last.host_ms, facts.last.at_ms);
    cr_assert_str_eq(facts.clock.boot, "");
    store->ops->close(&store);
    cr_assert_eq(number_of(&old, "SELECT count(*) FROM meta WHERE key = 'last_ms'"), 0);
    end(&old);
}

/* ---- from version 4 ---- */

Test(store_versions, version_4_remembers_a_clock)
{
    static struct place old;
    struct store_facts facts;
    const struct clock_row clock = {.boot = "one", .offset_ms = -77};
    const struct rows rows = {.clock = &clock};
    uint64_t count = 0;
    begin(&old);
    read_dump(&old, "store-4.sql");
    struct store *store = open_store(&old);
    store->ops->facts(store, &facts);
    cr_assert_eq(facts.last.at_ms, 0);
    cr_assert_eq(store->ops->submit(store, &rows), SAGA_OK);
    while (count == 0) {
        struct pollfd wake = {.fd = store->ops->wake(store), .events = POLLIN};
        (void)poll(&wake, 1, -1);
        cr_assert_eq(store->ops->durable(store, &count), SAGA_OK);
    }
    store->ops->close(&store);
    store = open_store(&old);
    store->ops->facts(store, &facts);
    cr_assert_str_eq(facts.clock.boot, "one");
    cr_assert_eq(facts.clock.offset_ms, -77);
    store->ops->close(&store);
    end(&old);
}
