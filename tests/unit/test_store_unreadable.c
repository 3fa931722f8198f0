/* test_store_unreadable.c - a saga whose rows cannot be read does not keep the others from being
 * read.
 *
 * Seen to fail with: load_awake() ending at the first error; the mark left out; head and name left
 * out of what load_one() gives; a number, or the body, left out of the row's sum. */
#include "unit/store_world.h"

#include "store/store_check.h"

enum { SAGAS = 5, BROKEN = 3 };

struct seen {
    char readable[64];
    char unreadable[64];
};

static enum saga_error note(const struct saga_image *image, void *arg)
{
    struct seen *seen = arg;
    char *names = image->is_unreadable ? seen->unreadable : seen->readable;
    size_t size = strlen(names);
    cr_assert_eq(image->row_count, image->is_unreadable ? 0 : 1);
    cr_assert_eq(image->head.state, SAGA_STATE_RUNNING);
    cr_assert(span_is(image->head.definition, "booking"));
    snprintf(names + size, sizeof(seen->readable) - size, "%.*s ", (int)image->name.size,
             (const char *)image->name.data);
    return SAGA_OK;
}

static enum saga_error note_item(const struct store_item *item, void *arg)
{
    uint32_t *count = arg;
    cr_assert_gt(item->name.size, 0);
    *count += 1;
    return SAGA_OK;
}

/* A row that says that it is another saga's. */
static void break_one(const struct store_world *world)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(world->path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "UPDATE event SET saga = 1 WHERE saga = 3", NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(db);
}

Test(store_unreadable, is_one_saga_and_not_the_store)
{
    struct store_world world;
    struct seen seen = {"", ""};
    struct arena arena;
    struct saga_image image;
    struct store_reader *reader = NULL;
    uint32_t listed = 0;
    world_folder(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_start_many(&world, 1, SAGAS);
    world_shut(&world);
    break_one(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);

    cr_assert_eq(world.store->ops->load_awake(world.store, note, &seen), SAGA_OK);
    cr_assert_str_eq(seen.readable, "saga-1 saga-2 saga-4 saga-5 ");
    cr_assert_str_eq(seen.unreadable, "saga-3 ");

    arena_open(&arena, &arena_heap, 1 << 20);
    cr_assert_eq(world.store->ops->load_one(world.store, span_text("saga-3"), &arena, &image),
                 SAGA_STORE_CORRUPT);
    cr_assert(image.is_unreadable);
    cr_assert(span_is(image.name, "saga-3"));
    cr_assert_eq(image.head.saga, BROKEN);
    cr_assert_eq(world.store->ops->load_one(world.store, span_text("saga-4"), &arena, &image),
                 SAGA_OK);
    cr_assert_not(image.is_unreadable);
    arena_close(&arena);

    cr_assert_eq(world.store->ops->reader_open(world.store, &reader), SAGA_OK);
    const struct store_filter all = {.limit = 10};
    cr_assert_eq(reader->ops->list(reader, &all, note_item, &listed), SAGA_OK);
    cr_assert_eq(listed, SAGAS);
    reader->ops->close(&reader);

    /* The store has not failed: it takes more. */
    world_start_many(&world, SAGAS + 1, SAGAS + 2);
    world_end(&world);
}

static void run(const struct store_world *world, const char *sql)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(world->path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static enum saga_error load(const struct store_world *world, const char *name, const char **why)
{
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, 1 << 20);
    enum saga_error rc = world->store->ops->load_one(world->store, span_text(name), &arena, &image);
    *why = image.flaw.why ? image.flaw.why : "";
    cr_expect(rc == SAGA_OK || image.flaw.lsn == 3, "%llu", (unsigned long long)image.flaw.lsn);
    arena_close(&arena);
    return rc;
}

static size_t body_size(const struct store_world *world)
{
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, 1 << 20);
    cr_assert_eq(world->store->ops->load_one(world->store, span_text("saga-3"), &arena, &image),
                 SAGA_OK);
    size_t size = image.rows[0].body.size;
    arena_close(&arena);
    return size;
}

/* Whatever is changed by itself: the saga is refused, and the others are read. */
static void expect_refused(const struct store_world *world, const char *change, const char *back)
{
    const char *why = "";
    run(world, change);
    cr_expect_eq(load(world, "saga-3", &why), SAGA_STORE_CORRUPT, "%s", change);
    cr_expect_eq(load(world, "saga-2", &why), SAGA_OK, "%s: %s", change, why);
    run(world, back);
    cr_expect_eq(load(world, "saga-3", &why), SAGA_OK, "%s: %s", back, why);
}

/* A person who asks is told, and the store is no worse for that: it opens. */
Test(store_unreadable, is_found_by_a_check)
{
    struct store_world world;
    char why[512] = "";
    world_folder(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_start_many(&world, 1, SAGAS);
    world_shut(&world);
    cr_expect_eq(store_check(world.path, why, sizeof(why)), SAGA_OK, "%s", why);
    run(&world, "UPDATE event SET body = x'01' WHERE lsn = 3 OR lsn = 5");
    cr_expect_eq(store_check(world.path, why, sizeof(why)), SAGA_STORE_CORRUPT);
    cr_expect_not_null(strstr(why, "2 rows of the journal are not what was written, from row 3 on"),
                       "%s", why);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_end(&world);
}

Test(store_unreadable, is_a_row_of_which_one_byte_has_changed)
{
    struct store_world world;
    char change[160];
    char back[160];
    world_folder(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_start_many(&world, 1, SAGAS);
    world_shut(&world);
    run(&world, "CREATE TABLE kept AS SELECT * FROM event WHERE lsn = 3");
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    size_t size = body_size(&world);
    cr_assert_gt(size, 0);
    for (size_t at = 0; at < size; at++) {
        snprintf(change, sizeof(change),
                 "UPDATE event SET body = CAST(substr(body, 1, %zu) || x'c7' || substr(body, %zu)"
                 " AS BLOB) WHERE lsn = 3",
                 at, at + 2);
        snprintf(back, sizeof(back),
                 "UPDATE event SET body = (SELECT body FROM kept) WHERE lsn = 3");
        expect_refused(&world, change, back);
    }
    static const char *const columns[] = {"saga", "seq", "prev", "count"};
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++) {
        snprintf(change, sizeof(change), "UPDATE event SET %s = %s + 1 WHERE lsn = 3", columns[i],
                 columns[i]);
        snprintf(back, sizeof(back), "UPDATE event SET %s = %s - 1 WHERE lsn = 3", columns[i],
                 columns[i]);
        expect_refused(&world, change, back);
    }
    world_end(&world);
}
