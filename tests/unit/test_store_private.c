/* test_store_private.c - nobody but the owner reads the files of a store.
 *
 * Seen to fail with: files that are there left as they are; files_keep_private() called before the
 * file is known to be ours. */
#include "unit/store_world.h"

static unsigned mode_of(const struct store_world *world, const char *suffix)
{
    struct stat found;
    cr_assert_eq(stat(world_file(world, suffix), &found), 0, "%s", suffix);
    return found.st_mode & 0777u;
}

static void check_modes(const struct store_world *world)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".high", ".lock"};
    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        cr_assert_eq(mode_of(world, suffixes[i]), 0600, "%s: %o", suffixes[i],
                     mode_of(world, suffixes[i]));
    }
}

Test(store_private, whatever_the_umask)
{
    struct store_world world;
    mode_t before = umask(0);
    world_folder(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_start_many(&world, 1, 3);
    check_modes(&world);
    umask(before);
    world_end(&world);
}

Test(store_private, although_its_files_were_open_before)
{
    static const char *const suffixes[] = {"", "-wal", ".high"};
    struct store_world world;
    struct store_world image;
    mode_t before = umask(0);
    world_folder(&world);
    cr_assert_eq(world_open(&world), SAGA_OK, "%s", world.why);
    world_start_many(&world, 1, 3);
    world_image(&world, &image);
    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        cr_assert_eq(chmod(world_file(&image, suffixes[i]), 0666), 0);
    }
    cr_assert_eq(world_open(&image), SAGA_OK, "%s", image.why);
    world_start_many(&image, 4, 5);
    check_modes(&image);
    umask(before);
    world_end(&image);
    world_end(&world);
}

Test(store_private, but_not_the_files_of_others)
{
    struct store_world world;
    sqlite3 *db = NULL;
    world_folder(&world);
    cr_assert_eq(sqlite3_open(world.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "CREATE TABLE recipe (text TEXT)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    cr_assert_eq(chmod(world.path, 0644), 0);
    cr_assert_eq(world_open(&world), SAGA_STORE_CORRUPT);
    cr_assert_eq(mode_of(&world, ""), 0644);
    world_end(&world);
}
