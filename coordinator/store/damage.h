/* damage.h - is the store what it was when it was last written?
 *
 * What was acknowledged may have been lost without any error of SQLite: a database that is missing
 * beside its log is made anew, and a damaged log is read up to the damage. So a store is looked at
 * before it is opened, and refused when one of these is so:
 *
 *   the database is missing or empty, and its log is not
 *   the log has commits behind a bad frame, or frames behind a header that is none (wal.h)
 *   a number is missing among the newest lsn
 *   the last lsn lies below the high-water mark (high_water.h)
 *
 * A person may accept the loss (--accept-loss): the store then goes on with what is there, and a
 * row of `loss` says so for ever. */
#ifndef STORE_DAMAGE_H
#define STORE_DAMAGE_H

#include "store/db.h"
#include "store/wal.h"

#define DAMAGE_ADVICE                                                                              \
    "Restore a backup; or keep a copy of the files, and start with --accept-loss to go on with "   \
    "what is there."

struct damage {
    char what[384];    /* a sentence about the first damage found; empty = none was */
    uint64_t last_lsn; /* the greatest lsn that can be read from the journal */
    /* The lsn up to which rows were durable once, as the file <path>.high says (high_water.h). */
    uint64_t high_water;
    bool has_high_water; /* false: the file cannot be read, and high_water is 0 */
    struct wal_report wal;
    bool is_database_gone; /* the database file is missing or empty although its log has bytes */
};

/* Writes the sentence into damage->what, unless the sentence of an earlier finding stands there:
 * the first damage found is the one that is told. */
void PRINTF_LIKE(2, 3) damage_say(struct damage *damage, const char *format, ...);

/* Looks at the files of the store at `path`, before anything is opened or made. Damage is no error.
 * SAGA_STORE_FAILED, SAGA_NO_MEMORY: the files cannot be read. */
MUST_CHECK enum saga_error damage_look_at_files(struct damage *damage, const char *path);

/* Looks for damage in the open database as well, which has our tables unless is_new. all: looks for
 * gaps in the whole journal, not only among the newest rows, which the log may have brought. */
MUST_CHECK enum saga_error damage_look_at_database(struct damage *damage, sqlite3 *db, bool is_new,
                                                   bool all);

/* Somebody accepts the damage, before SQLite opens the files: a log without its database is put
 * aside as <path>-wal.lost, for SQLite would delete it. SAGA_STORE_FAILED. */
MUST_CHECK enum saga_error damage_put_aside(const struct damage *damage, const char *path);

/* Says in the log and in the database, which has all tables by now, that the damage was
 * accepted. */
MUST_CHECK enum saga_error damage_record(const struct damage *damage, sqlite3 *db);

static inline bool damage_is_found(const struct damage *damage)
{
    return damage->what[0] != '\0';
}

#endif
