/* store_world.h - a store in a folder of its own, sagas in it, and images of its files.
 *
 * An image is what kill -9 leaves: the files as they are while the store has them open. */
#ifndef UNIT_STORE_WORLD_H
#define UNIT_STORE_WORLD_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_sqlite.h"

struct store_world {
    char folder[64];
    char path[96];
    struct store_sqlite_options options;
    struct store *store;
    uint64_t durable; /* batches since open */
    uint64_t lsn;
    char why[512]; /* what the last opening said */
};

static inline void world_folder(struct store_world *world)
{
    *world = (struct store_world){0};
    snprintf(world->folder, sizeof(world->folder), "/tmp/saga-store-XXXXXX");
    cr_assert_not_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof(world->path), "%s/s.db", world->folder);
}

static inline enum saga_error world_open(struct store_world *world)
{
    world->why[0] = '\0';
    world->durable = 0;
    world->options.path = world->path;
    enum saga_error rc =
        store_sqlite_open(&world->options, &world->store, world->why, sizeof(world->why));
    if (rc == SAGA_OK) {
        struct store_facts facts;
        world->store->ops->facts(world->store, &facts);
        world->lsn = facts.last_lsn;
    }
    cr_assert_eq(rc == SAGA_OK, world->store != NULL);
    cr_assert_neq(rc == SAGA_OK, world->why[0] != '\0', "it says: %s", world->why);
    return rc;
}

static inline void world_shut(struct store_world *world)
{
    if (world->store) {
        world->store->ops->close(&world->store);
    }
}

static inline void world_end(struct store_world *world)
{
    char command[128];
    world_shut(world);
    snprintf(command, sizeof(command), "rm -rf %s", world->folder);
    cr_assert_eq(system(command), 0);
}

/* Commits a batch; what the store says of it. */
static inline enum saga_error world_commit(struct store_world *world, const struct rows *rows)
{
    const struct store_ops *ops = world->store->ops;
    enum saga_error rc = ops->submit(world->store, rows);
    uint64_t count = world->durable;
    while (rc == SAGA_OK && count == world->durable) {
        struct pollfd wake = {.fd = ops->wake(world->store), .events = POLLIN};
        cr_assert_eq(poll(&wake, 1, 60000), 1);
        rc = ops->durable(world->store, &count);
    }
    world->durable = count;
    world->lsn += rc == SAGA_OK ? rows->row_count : 0;
    return rc;
}

/* A batch of one row: a saga that starts, and is still running. Its name: saga-<number>. */
static inline enum saga_error world_start(struct store_world *world, uint64_t number,
                                          struct span payload)
{
    char name[32];
    int size = snprintf(name, sizeof(name), "saga-%llu", (unsigned long long)number);
    struct row row = {.lsn = world->lsn + 1,
                      .saga = number,
                      .seq = 1,
                      .count = 1,
                      .body = span_text("body"),
                      .payload = payload};
    struct head head = {.saga = number,
                        .state = SAGA_STATE_RUNNING,
                        .is_new = true,
                        .definition = span_text("booking"),
                        .version = 1,
                        .started_ms = 1000 + (int64_t)number,
                        .first_lsn = row.lsn,
                        .last_lsn = row.lsn};
    struct name text = {.text = span_of(name, (size_t)size), .saga = number};
    const struct rows rows = {.rows = &row,
                              .heads = &head,
                              .names = &text,
                              .row_count = 1,
                              .head_count = 1,
                              .name_count = 1};
    return world_commit(world, &rows);
}

static inline void world_start_many(struct store_world *world, uint64_t first, uint64_t last)
{
    for (uint64_t number = first; number <= last; number++) {
        cr_assert_eq(world_start(world, number, span_text("payload")), SAGA_OK);
    }
}

static inline void world_copy_file(const char *from, const char *to)
{
    static uint8_t bytes[1 << 16];
    FILE *source = fopen(from, "rb");
    FILE *target = fopen(to, "wb");
    cr_assert_not_null(source);
    cr_assert_not_null(target);
    for (size_t size; (size = fread(bytes, 1, sizeof(bytes), source)) > 0;) {
        cr_assert_eq(fwrite(bytes, 1, size, target), size);
    }
    fclose(source);
    cr_assert_eq(fclose(target), 0);
}

/* The files of a world in another folder, but for the index that SQLite makes anew. */
static inline void world_image(const struct store_world *world, struct store_world *image)
{
    static const char *const suffixes[] = {"", "-wal", ".high"};
    world_folder(image);
    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        char from[128];
        char to[128];
        snprintf(from, sizeof(from), "%s%s", world->path, suffixes[i]);
        snprintf(to, sizeof(to), "%s%s", image->path, suffixes[i]);
        if (access(from, F_OK) == 0) {
            world_copy_file(from, to);
        }
    }
}

static inline const char *world_file(const struct store_world *world, const char *suffix)
{
    static char name[128];
    snprintf(name, sizeof(name), "%s%s", world->path, suffix);
    return name;
}

static inline long world_size(const struct store_world *world, const char *suffix)
{
    struct stat found;
    return stat(world_file(world, suffix), &found) == 0 ? (long)found.st_size : -1;
}

static inline void world_flip(const struct store_world *world, const char *suffix, long place)
{
    FILE *file = fopen(world_file(world, suffix), "r+b");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, place, SEEK_SET), 0);
    int byte = fgetc(file);
    cr_assert_neq(byte, EOF);
    cr_assert_eq(fseek(file, place, SEEK_SET), 0);
    cr_assert_neq(fputc(byte ^ 0x55, file), EOF);
    cr_assert_eq(fclose(file), 0);
}

static inline void world_cut(const struct store_world *world, const char *suffix, long size)
{
    cr_assert_eq(truncate(world_file(world, suffix), size), 0);
}

static inline void world_remove(const struct store_world *world, const char *suffix)
{
    cr_assert_eq(unlink(world_file(world, suffix)), 0);
}

/* The number that SQL gives; the store is not open. */
static inline int64_t world_number(const struct store_world *world, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    cr_assert_eq(sqlite3_open(world->path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
    return number;
}

#endif
