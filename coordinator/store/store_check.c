/* store_check.c - the rules of damage.h for the whole journal, and SQLite's own check of its
 * pages. */
#include "store/store_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "journal/row.h"
#include "store/damage.h"
#include "store/files.h"
#include "store/lock_file.h"
#include "store/queries.sql.h"
#include "store/row_sum.h"
#include "store/schema.h"

enum { URI_SIZE = 3 * FILES_NAME_SIZE + 32 };

static enum saga_error look_at_pages(struct damage *damage, sqlite3 *db)
{
    int64_t bad = 0;
    PRE(!damage_is_found(damage));
    enum saga_error rc = db_number(db, SQL_QUICK_CHECK, &bad);
    if (rc == SAGA_OK && bad > 0) {
        damage_say(damage, "SQLite finds its pages damaged (PRAGMA quick_check)");
    }
    return rc;
}

/* Rows of the journal whose checksum is wrong: they are not what was written. */
struct changed {
    uint64_t count;
    uint64_t first; /* lsn of the first such row */
};

static enum saga_error look_at_rows(struct changed *changed, sqlite3 *db)
{
    sqlite3_stmt *rows = NULL;
    PRE(changed->count == 0);
    enum saga_error rc = db_error(db, sqlite3_prepare_v2(db, SQL_ROWS_WITH_SUMS, -1, &rows, NULL));
    while (rc == SAGA_OK && db_next(rows, &rc)) {
        struct row row = {.saga = (uint64_t)sqlite3_column_int64(rows, 0),
                          .seq = (uint64_t)sqlite3_column_int64(rows, 1),
                          .prev = (uint64_t)sqlite3_column_int64(rows, 2),
                          .count = (uint32_t)sqlite3_column_int64(rows, 3),
                          .body = db_span(rows, 4),
                          .lsn = (uint64_t)sqlite3_column_int64(rows, 5)};
        if (row.body.size == 0 || row_sum(&row) != sqlite3_column_int64(rows, 6)) {
            changed->first = changed->count == 0 ? row.lsn : changed->first;
            changed->count++;
        }
    }
    sqlite3_finalize(rows);
    POST(changed->count == 0 || changed->first > 0);
    return rc;
}

static enum saga_error look(struct damage *damage, struct changed *changed, sqlite3 *db)
{
    int64_t version = 0;
    PRE(db != NULL);
    enum saga_error rc = schema_check(db, &version);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = damage_look_at_database(damage, db, version == 0, true);
    if (rc == SAGA_OK && !damage_is_found(damage)) {
        rc = look_at_pages(damage, db);
    }
    bool has_sums = version >= SCHEMA_SUMS && !damage_is_found(damage);
    return rc == SAGA_OK && has_sums ? look_at_rows(changed, db) : rc;
}

/* The path as a URI for SQLite. A database without a log is said not to change, for SQLite would
 * make a log beside it to read it. */
static void make_uri(char uri[URI_SIZE], const char *path)
{
    bool has_log = files_size(path, FILES_LOG) > 0;
    char *at = uri + snprintf(uri, URI_SIZE, "file:");
    for (; *path; path++) {
        bool is_special = strchr("%?#", *path) != NULL;
        int size = snprintf(at, (size_t)(uri + URI_SIZE - at), is_special ? "%%%02X" : "%c",
                            (unsigned char)*path);
        CHECK(size > 0);
        at += size;
    }
    int size = snprintf(at, (size_t)(uri + URI_SIZE - at), "%s", has_log ? "" : "?immutable=1");
    POST(at + size < uri + URI_SIZE);
}

static enum saga_error look_at_database(struct damage *damage, struct changed *changed,
                                        const char *path)
{
    char uri[URI_SIZE];
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    make_uri(uri, path);
    enum saga_error rc = db_error(NULL, sqlite3_open_v2(uri, &db, flags, NULL));
    if (rc == SAGA_OK) {
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        rc = look(damage, changed, db);
    }
    int code = sqlite3_close(db);
    POST(code == SQLITE_OK);
    return rc;
}

static enum saga_error look_at_all(struct damage *damage, struct changed *changed, const char *path)
{
    enum saga_error rc = damage_look_at_files(damage, path);
    if (rc == SAGA_OK && !damage_is_found(damage)) {
        rc = look_at_database(damage, changed, path);
    }
    bool is_sound = !damage_is_found(damage) && changed->count == 0;
    return rc == SAGA_OK && !is_sound ? SAGA_STORE_CORRUPT : rc;
}

enum saga_error store_check(const char *path, char *why, size_t why_size)
{
    PRE(why_size > 0);
    struct damage damage = {0};
    struct changed changed = {0};
    int lock = -1;
    bool has_files = files_size(path, "") > 0 || files_size(path, FILES_LOG) > 0 ||
                     files_size(path, FILES_HIGH_WATER) > 0;
    if (!has_files) {
        snprintf(why, why_size, "%s: there is no store yet", path);
        return SAGA_NOT_FOUND;
    }
    enum saga_error rc = lock_file_take(path, &lock, why, why_size);
    if (rc != SAGA_OK) {
        goto out;
    }
    rc = look_at_all(&damage, &changed, path);
    if (damage_is_found(&damage)) {
        snprintf(why, why_size, "%s is not what it was: %s. " DAMAGE_ADVICE, path, damage.what);
    } else if (changed.count > 0) {
        snprintf(why, why_size,
                 "%s: %llu rows of the journal are not what was written, from row %llu on. sagad "
                 "starts, and sets their sagas aside; a backup has them",
                 path, (unsigned long long)changed.count, (unsigned long long)changed.first);
    } else if (rc != SAGA_OK) {
        snprintf(why, why_size, "%s: %s", path, error_sentence(rc));
    }

out:
    if (lock >= 0) {
        close(lock);
    }
    return rc;
}
