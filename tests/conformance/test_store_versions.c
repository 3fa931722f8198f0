/* test_store_versions.c - a store of an earlier version opens, and all its sagas are there.
 *
 * tests/vectors/store-1-sagas.sql is the dump of a store that sagad wrote when its schema was
 * version 1: a saga that sleeps, one that is paused, one that completed and one that was
 * terminated.
 *
 * Seen to fail with: a column of another default; a step that is not run. */
#include <criterion/criterion.h>
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
