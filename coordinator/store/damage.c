/* damage.c - the rules of damage.h, one after the other; the first that is broken is told. */
#include "store/damage.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/files.h"
#include "store/high_water.h"
#include "store/queries.sql.h"

/* ROWS_PER_FRAME: rows of the journal that one page of 4 KiB holds at most. */
enum { ROWS_PER_FRAME = 24, NUMBER_SIZE = 24 };

void damage_say(struct damage *damage, const char *format, ...)
{
    if (damage_is_found(damage)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(damage->what, sizeof(damage->what), format, arguments);
    va_end(arguments);
    POST(size > 0);
}

/* ---- the files ---- */

enum saga_error damage_look_at_files(struct damage *damage, const char *path)
{
    *damage = (struct damage){.high_water = 0};
    damage->has_high_water = high_water_read(path, &damage->high_water);
    int64_t size = files_size(path, "");
    enum saga_error rc = wal_look(path, &damage->wal);
    if (rc != SAGA_OK) {
        return rc;
    }
    damage->is_database_gone = size <= 0 && damage->wal.size > 0;
    if (damage->is_database_gone) {
        damage_say(damage, "the database is %s, but its log " FILES_LOG " is there",
                   size < 0 ? "missing" : "empty");
    } else if (damage->wal.bad_frame > 0) {
        damage_say(damage,
                   "frame %" PRIu32 " of the log " FILES_LOG
                   " is damaged, and commits follow it that were"
                   " durable",
                   damage->wal.bad_frame);
    }
    return SAGA_OK;
}

/* ---- the database ---- */

/* Is no lsn missing among the newest rows, those that the log may have brought into the database
 * (or, with `all`, among all rows)? */
static enum saga_error look_for_gap(struct damage *damage, sqlite3 *db, bool all)
{
    PRE(damage->last_lsn <= INT64_MAX);
    uint64_t newest = (uint64_t)damage->wal.good * ROWS_PER_FRAME;
    uint64_t checked = all || newest > damage->last_lsn ? damage->last_lsn : newest;
    int64_t after = (int64_t)(damage->last_lsn - checked);
    int64_t found = 0;
    if (checked == 0) {
        return SAGA_OK;
    }
    enum saga_error rc = db_number_of(db, SQL_COUNT_EVENTS_AFTER, after, &found);
    if (rc == SAGA_OK && (uint64_t)found != checked) {
        damage_say(damage, "of the last %" PRIu64 " rows of the journal %" PRIu64 " are missing",
                   checked, checked - (uint64_t)found);
    }
    return rc;
}

/* Says damage when a position that is noted in the database is greater than the last lsn of the
 * journal: positions are written later than the rows they speak of, so then rows are lost, for
 * instance because pages of different ages were copied. */
static enum saga_error look_at_positions(struct damage *damage, sqlite3 *db)
{
    PRE(damage->last_lsn <= INT64_MAX);
    int64_t heads_lsn = 0;
    enum saga_error rc = db_number(db, SQL_HEADS_LSN, &heads_lsn);
    if (rc == SAGA_OK && (heads_lsn < 0 || (uint64_t)heads_lsn > damage->last_lsn)) {
        damage_say(damage,
                   "the journal ends at lsn %" PRIu64 ", before lsn %" PRId64 " which it had",
                   damage->last_lsn, heads_lsn);
    }
    return rc;
}

static void look_at_high_water(struct damage *damage)
{
    PRE(damage->high_water <= INT64_MAX);
    bool is_low = damage->last_lsn < damage->high_water;
    if (is_low) {
        damage_say(damage,
                   "the journal ends at lsn %" PRIu64 ", but commits up to lsn %" PRIu64
                   " were durable: " FILES_HIGH_WATER,
                   damage->last_lsn, damage->high_water);
    }
    /* SQLite writes the header of its log anew when all of the log is copied into the database. So
     * nothing is lost with a torn header, if the database is known to have everything. */
    if (damage->wal.has_bad_header && (is_low || !damage->has_high_water)) {
        damage_say(damage, "the header of the log " FILES_LOG " is damaged, and commits follow it");
    }
}

enum saga_error damage_look_at_database(struct damage *damage, sqlite3 *db, bool is_new, bool all)
{
    PRE(db != NULL);
    int64_t last_lsn = 0;
    enum saga_error rc = is_new ? SAGA_OK : db_number(db, SQL_LAST_LSN, &last_lsn);
    if (rc != SAGA_OK) {
        return rc;
    }
    CHECK(last_lsn >= 0);
    damage->last_lsn = (uint64_t)last_lsn;
    look_at_high_water(damage);
    if (is_new) {
        return SAGA_OK;
    }
    rc = look_at_positions(damage, db);
    return rc == SAGA_OK ? look_for_gap(damage, db, all) : rc;
}

/* ---- going on all the same ---- */

enum saga_error damage_put_aside(const struct damage *damage, const char *path)
{
    PRE(damage_is_found(damage));
    char log[FILES_NAME_SIZE];
    char aside[FILES_NAME_SIZE];
    if (!damage->is_database_gone) {
        return SAGA_OK;
    }
    files_name(log, path, FILES_LOG);
    files_name(aside, path, FILES_LOG ".lost");
    return rename(log, aside) == 0 ? SAGA_OK : SAGA_STORE_FAILED;
}

enum saga_error damage_record(const struct damage *damage, sqlite3 *db)
{
    PRE(damage_is_found(damage));
    char last[NUMBER_SIZE];
    char durable[NUMBER_SIZE];
    snprintf(last, sizeof(last), "%" PRIu64, damage->last_lsn);
    snprintf(durable, sizeof(durable), "%" PRIu64, damage->high_water);
    log_line(LOG_WARN, "store_loss_accepted", "what", damage->what, "last_lsn", last, "durable_lsn",
             durable, NULL);
    sqlite3_stmt *insert = NULL;
    const char *const sql[] = {SQL_INSERT_LOSS};
    enum saga_error rc = db_prepare(db, sql, 1, &insert);
    if (rc == SAGA_OK) {
        db_bind_number(insert, 1, clock_wall_ms());
        db_bind_number(insert, 2, (int64_t)damage->last_lsn);
        db_bind_number(insert, 3, (int64_t)damage->high_water);
        db_bind_text(insert, 4, span_text(damage->what));
        rc = db_change_one(insert);
    }
    db_finalize(&insert, 1);
    return rc;
}
