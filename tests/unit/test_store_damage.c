/* test_store_damage.c - a store that is not what it was is refused, and one that only lost what was
 * not durable is not.
 *
 * Seen to fail with: each rule of damage.c left out; has_later() taking the commit for granted; a
 * bad header refused whatever the mark says; the mark not written, or not written anew when a loss
 * was accepted; the loss not recorded; the checkpoint of a new store left out, and the early ones
 * of a young one. */
#include "unit/store_world.h"

#include "store/store_check.h"

enum { SAGAS = 12, HEADER = 32, FRAME = 24 + 4096 };

/* A store in which each saga was a commit of its own, all in the log; and its image. */
static void begin(struct store_world *world, struct store_world *image)
{
    world_folder(world);
    cr_assert_eq(world_open(world), SAGA_OK, "%s", world->why);
    world_start_many(world, 1, SAGAS);
    world_image(world, image);
}

static void end(struct store_world *world, struct store_world *image)
{
    world_end(world);
    world_end(image);
}

/* Whoever looks finds the same as whoever opens, and nothing is changed by either. */
static void is_refused(struct store_world *image, const char *what)
{
    char why[512] = "";
    long sizes[2] = {world_size(image, ""), world_size(image, "-wal")};
    cr_assert_eq(store_check(image->path, why, sizeof(why)), SAGA_STORE_CORRUPT, "%s", what);
    cr_assert_not_null(strstr(why, what), "%s: it says: %s", what, why);
    cr_assert_eq(world_open(image), SAGA_STORE_CORRUPT, "%s", what);
    cr_assert_not_null(strstr(image->why, what), "%s: it says: %s", what, image->why);
    cr_assert_not_null(strstr(image->why, "--accept-loss"), "it says: %s", image->why);
    /* SQLite makes an empty log to read a database without one. */
    cr_assert_eq(world_size(image, "-wal"), sizes[1] < 0 ? 0 : sizes[1], "%s", what);
    cr_assert(sizes[0] < 0 || world_size(image, "") == sizes[0], "%s", what);
}

static uint64_t opens_with(struct store_world *image)
{
    char why[512] = "";
    cr_assert_eq(store_check(image->path, why, sizeof(why)), SAGA_OK, "%s", why);
    cr_assert_eq(world_open(image), SAGA_OK, "%s", image->why);
    return image->lsn;
}

/* Frames of the log, and which of them end a transaction. */
static uint32_t frames_of(const struct store_world *image, bool *ends, uint32_t most)
{
    uint32_t count = 0;
    uint8_t head[8];
    FILE *file = fopen(world_file(image, "-wal"), "rb");
    cr_assert_not_null(file);
    for (; count < most; count++) {
        cr_assert_eq(fseek(file, HEADER + (long)count * FRAME, SEEK_SET), 0);
        if (fread(head, 1, sizeof(head), file) != sizeof(head)) {
            break;
        }
        ends[count] = head[4] || head[5] || head[6] || head[7];
    }
    fclose(file);
    return count;
}

Test(store_damage, is_not_what_kill_leaves)
{
    struct store_world world;
    struct store_world image;
    begin(&world, &image);
    cr_assert_eq(opens_with(&image), SAGAS);
    end(&world, &image);
}

Test(store_damage, is_a_log_without_its_database)
{
    struct store_world world;
    struct store_world image;
    begin(&world, &image);
    world_cut(&image, "", 0);
    is_refused(&image, "empty");
    world_remove(&image, "");
    is_refused(&image, "missing");
    cr_assert_eq(world_size(&image, ""), -1, "a database was made");
    end(&world, &image);
}

/* Where a later commit follows, the frame was synced. In the last transaction it need not have
 * been: after a loss of power, the mark may be as old as the transaction before. */
Test(store_damage, is_a_bad_frame_before_a_later_commit)
{
    struct store_world world;
    struct store_world image;
    bool ends[256];
    begin(&world, &image);
    uint32_t count = frames_of(&image, ends, ARRAY_COUNT(ends));
    uint32_t last = count - 1;
    while (last > 0 && !ends[last - 1]) {
        last--;
    }
    cr_assert(last > SAGAS && last < count, "frames %d, the last commit's from %d on", (int)count,
              (int)last);
    for (uint32_t frame = 0; frame < count; frame++) {
        world_image(&world, &image);
        world_flip(&image, "-wal", HEADER + (long)frame * FRAME + 24 + 100);
        if (frame < last) {
            is_refused(&image, "commits follow");
        } else {
            is_refused(&image, "were durable");
            FILE *mark = fopen(world_file(&image, ".high"), "w");
            cr_assert_not_null(mark);
            fprintf(mark, "%020d\n", SAGAS - 1);
            fclose(mark);
            cr_assert_eq(opens_with(&image), SAGAS - 1);
        }
        world_end(&image);
    }
    world_end(&world);
}

Test(store_damage, is_a_log_that_was_cut)
{
    struct store_world world;
    struct store_world image;
    begin(&world, &image);
    world_cut(&image, "-wal", world_size(&image, "-wal") / 2);
    is_refused(&image, "were durable");
    world_remove(&image, "-wal");
    is_refused(&image, "were durable");
    end(&world, &image);
}

/* With a mark that says nothing, frames behind a bad header are a loss; when the database is known
 * to hold all, they are none. */
Test(store_damage, is_a_header_that_is_none)
{
    struct store_world world;
    struct store_world image;
    begin(&world, &image);
    world_flip(&image, "-wal", 17);
    is_refused(&image, "were durable");
    world_remove(&image, ".high");
    is_refused(&image, "header");
    world_end(&image);

    world_image(&world, &image);
    world_copy_file(world.path, image.path);
    char log[2][128];
    snprintf(log[0], sizeof(log[0]), "%s", world_file(&world, "-wal"));
    snprintf(log[1], sizeof(log[1]), "%s/old", image.folder);
    world_copy_file(log[0], log[1]);
    cr_assert_eq(world_open(&image), SAGA_OK, "%s", image.why);
    world_shut(&image); /* everything is in the database now */
    char name[128];
    snprintf(name, sizeof(name), "%s", world_file(&image, "-wal"));
    world_copy_file(log[1], name);
    world_flip(&image, "-wal", 17);
    cr_assert_eq(opens_with(&image), SAGAS);
    end(&world, &image);
}

Test(store_damage, is_a_number_that_is_missing)
{
    struct store_world world;
    struct store_world image;
    sqlite3 *db = NULL;
    begin(&world, &image);
    cr_assert_eq(sqlite3_open(image.path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    cr_assert_eq(sqlite3_exec(db,
                              "DELETE FROM event WHERE lsn = 3;"
                              "UPDATE meta SET value = 8 WHERE key = 'heads_lsn'",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(db);
    is_refused(&image, "1 are missing");
    end(&world, &image);
}

/* An old database beside a younger log: the positions of one are ahead of the other. */
Test(store_damage, is_a_journal_that_ends_before_what_was_noted)
{
    struct store_world world;
    struct store_world image;
    sqlite3 *db = NULL;
    begin(&world, &image);
    cr_assert_eq(sqlite3_open(image.path, &db), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(db, "UPDATE meta SET value = 13 WHERE key = 'heads_lsn'", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    is_refused(&image, "before lsn 13");
    end(&world, &image);
}

Test(store_damage, can_be_accepted_and_is_recorded)
{
    static const char *const damages[] = {"cut", "gone", "hole"};
    struct store_world world;
    struct store_world image;
    begin(&world, &image);
    for (size_t i = 0; i < ARRAY_COUNT(damages); i++) {
        world_end(&image);
        world_image(&world, &image);
        if (i == 0) {
            world_cut(&image, "-wal", world_size(&image, "-wal") / 2);
        } else if (i == 1) {
            world_remove(&image, "");
        } else {
            world_flip(&image, "-wal", HEADER + 5 * FRAME + 24);
        }
        cr_assert_eq(world_open(&image), SAGA_STORE_CORRUPT, "%s", damages[i]);
        image.options.accept_loss = true;
        cr_assert_eq(world_open(&image), SAGA_OK, "%s: %s", damages[i], image.why);
        cr_assert_lt(image.lsn, SAGAS, "%s", damages[i]);
        uint64_t lsn = image.lsn;
        world_shut(&image);
        image.options.accept_loss = false;
        cr_assert_eq(opens_with(&image), lsn, "%s", damages[i]);
        world_start_many(&image, 100, 101);
        world_shut(&image);
        cr_assert_eq(world_size(&image, "-wal.lost") > 0, i == 1, "%s", damages[i]);
        cr_assert_eq(opens_with(&image), lsn + 2, "%s", damages[i]);
        world_shut(&image);
        cr_assert_eq(world_number(&image, "SELECT count(*) FROM loss"), 1, "%s", damages[i]);
        cr_assert_eq(world_number(&image, "SELECT last_lsn FROM loss"), (int64_t)lsn);
        cr_assert_eq(world_number(&image, "SELECT durable_lsn FROM loss"), SAGAS);
    }
    end(&world, &image);
}

/* The database of a store that was just made has its tables, without its log. */
Test(store_damage, is_small_for_a_young_store)
{
    struct store_world world;
    struct store_world image;
    world_folder(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_image(&world, &image);
    if (world_size(&image, "-wal") >= 0) {
        world_remove(&image, "-wal");
    }
    cr_assert_eq(world_number(&image, "SELECT count(*) FROM meta") > 0, true);
    world_end(&image);

    /* And soon most of its sagas: the log is never much longer than the database. */
    world_start_many(&world, 1, 200);
    world_image(&world, &image);
    world_remove(&image, "-wal");
    int64_t kept = world_number(&image, "SELECT count(*) FROM saga");
    cr_assert_gt(kept, 50, "%d of 200", (int)kept);
    end(&world, &image);
}

Test(store_damage, is_looked_for_where_there_is_a_store)
{
    struct store_world world;
    char why[512] = "";
    world_folder(&world);
    cr_assert_eq(store_check(world.path, why, sizeof(why)), SAGA_NOT_FOUND);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    cr_assert_eq(store_check(world.path, why, sizeof(why)), SAGA_STORE_LOCKED);
    world_start_many(&world, 1, 3);
    world_shut(&world);
    cr_assert_eq(store_check(world.path, why, sizeof(why)), SAGA_OK, "%s", why);
    cr_assert_eq(world_size(&world, "-wal"), -1, "looking left a log");
    /* A page that is no page any more is found by looking, not by opening. */
    world_flip(&world, "", 4096 + 3);
    world_flip(&world, "", 4096 + 5);
    cr_assert_eq(store_check(world.path, why, sizeof(why)), SAGA_STORE_CORRUPT);
    world_end(&world);
}
