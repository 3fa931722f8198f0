/* writer.c - the thread: wait, commit, tell, checkpoint.
 *
 * Checkpoints. The log (WAL) is copied into the database after checkpoint_frames, between two
 * batches, after the last batch has been announced. When the whole log was copied and no reader is
 * in the log, the next commit starts the log anew, over the blocks that are there: that is what
 * makes a commit cheap, and why the log is never truncated on the way. A reader that stays in an
 * old snapshot keeps the log growing: then the next try comes after a quarter more, and past
 * WAL_FRAMES_LARGE one that waits for readers, for a moment. */
#include "store/writer.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "store/commit.h"
#include "store/files.h"
#include "store/high_water.h"

enum {
    WAL_FRAMES_LARGE = 16384, /* 64 MiB */
    /* The first checkpoint of a log comes no earlier than after so many frames. */
    FRAMES_MIN = 64,
    PAGE_SIZE = 4096,
    BUSY_MS = 50, /* how long a checkpoint waits for readers at most, and a commit for a lock */
};

/* At how many frames a log that begins anew is copied first: at as many as the database has pages,
 * but no fewer than FRAMES_MIN and no more than checkpoint_frames. */
static int64_t first_checkpoint(const struct writer *writer)
{
    int64_t pages = files_size(writer->options.path, "") / PAGE_SIZE;
    int64_t frames = pages < FRAMES_MIN ? FRAMES_MIN : pages;
    POST(frames > 0);
    return frames < writer->options.checkpoint_frames ? frames : writer->options.checkpoint_frames;
}

/* SQLite calls this after each commit and says how many frames the log has. */
static int count_frames(void *arg, sqlite3 *db, const char *schema, int frames)
{
    (void)schema;
    struct writer *writer = arg;
    PRE(frames > 0);
    PRE(writer->db == db);
    if (frames <= writer->wal_frames) {
        writer->checkpoint_at = first_checkpoint(writer);
    }
    long long pending = atomic_load(&writer->space.pending);
    bool is_anew = frames <= writer->wal_frames || pending == 0;
    pending = is_anew ? frames : pending + frames - writer->wal_frames;
    atomic_store(&writer->space.pending, pending);
    atomic_store(&writer->space.frames, frames);
    writer->wal_frames = frames;
    return SQLITE_OK;
}

/* Which kind of checkpoint to do: one that leaves readers alone; for a long log, one that waits for
 * readers a moment so that the log can begin anew; when the disk is nearly full, one that cuts the
 * log too. */
static int mode_of(const struct writer *writer, bool is_tight)
{
    if (is_tight) {
        return SQLITE_CHECKPOINT_TRUNCATE;
    }
    if (writer->wal_frames < WAL_FRAMES_LARGE) {
        return SQLITE_CHECKPOINT_PASSIVE;
    }
    log_line(LOG_WARN, "store_log_long", NULL);
    return SQLITE_CHECKPOINT_RESTART;
}

static enum saga_error checkpoint(struct writer *writer, bool is_tight)
{
    PRE(sqlite3_get_autocommit(writer->db) != 0);
    int frames = 0;
    int copied = 0;
    int rc =
        sqlite3_wal_checkpoint_v2(writer->db, NULL, mode_of(writer, is_tight), &frames, &copied);
    if (frames >= 0 && copied >= 0) {
        CHECK(copied <= frames);
        atomic_store(&writer->space.pending, frames - copied);
        atomic_store(&writer->space.frames, frames);
        writer->wal_frames = frames;
    }
    writer->checkpoint_at = writer->wal_frames == 0
                                ? first_checkpoint(writer)
                                : writer->wal_frames + writer->options.checkpoint_frames / 4 + 1;
    /* A reader is in the way, or the disk has no room for the copy: no error, for all commits are
     * safe in the log, and the copy is tried again later. */
    if ((rc & 0xff) == SQLITE_BUSY || db_error(writer->db, rc) == SAGA_DISK_FULL) {
        return SAGA_OK;
    }
    return db_error(writer->db, rc);
}

static void announce(const struct writer *writer)
{
    uint64_t one = 1;
    ssize_t written = write(writer->wake, &one, sizeof(one));
    /* A write fails only when the counter is full: then the descriptor is readable already. */
    MAYBE(written != (ssize_t)sizeof(one));
}

static void fail(struct writer *writer, enum saga_error rc)
{
    PRE(rc != SAGA_OK);
    log_line(LOG_ERROR, "store_failed", "error", error_sentence(rc), "sqlite",
             sqlite3_errmsg(writer->db), NULL);
    bool is_told = rc == SAGA_DISK_FULL || rc == SAGA_STORE_CORRUPT;
    atomic_store(&writer->failure, (int)(is_told ? rc : SAGA_STORE_FAILED));
    announce(writer);
}

/* Commits one batch, announces it, and copies the log into the database if it is due. On an error
 * the store has failed for good. */
static enum saga_error work(struct writer *writer, const struct rows *batch)
{
    PRE(!writer_has_failed(writer));
    enum saga_error rc = commit_batch(writer, batch);
    if (rc != SAGA_OK) {
        return rc;
    }
    high_water_write(writer->high_water, writer->last_lsn);
    atomic_fetch_add(&writer->durable, 1);
    announce(writer);
    bool is_tight = space_is_tight(&writer->space);
    bool is_due = writer->wal_frames >= writer->checkpoint_at;
    return is_due || is_tight ? checkpoint(writer, is_tight) : SAGA_OK;
}

/* Copies the log into the database to give space back, while there is no batch: so `durable` is not
 * counted up. */
static enum saga_error tidy(struct writer *writer)
{
    PRE(atomic_load(&writer->is_tidying));
    enum saga_error rc = checkpoint(writer, true);
    atomic_store(&writer->is_tidying, false);
    return rc;
}

static void *run(void *arg)
{
    struct writer *writer = arg;
    for (;;) {
        while (sem_wait(&writer->work) != 0) {
            CHECK(errno == EINTR);
        }
        if (writer->stop) {
            return NULL;
        }
        /* The batch came while a checkpoint failed: its owner may have seen the failure, and taken
         * the batch back. */
        if (writer_has_failed(writer)) {
            continue;
        }
        const struct rows *batch = atomic_exchange(&writer->batch, NULL);
        enum saga_error rc = batch ? work(writer, batch) : tidy(writer);
        if (rc != SAGA_OK) {
            fail(writer, rc);
        }
    }
}

static const char *const sqls[] = {
#define X(name, sql) sql,
    WRITER_QUERIES(X)
#undef X
};
_Static_assert(ARRAY_COUNT(sqls) == WRITE_COUNT, "each query has its SQL");

enum saga_error writer_prepare(struct writer *writer)
{
    PRE(!writer->is_running);
    enum saga_error rc = batch_table_open(writer->db, &writer->shown);
    return rc == SAGA_OK ? db_prepare(writer->db, sqls, WRITE_COUNT, writer->statements) : rc;
}

enum saga_error writer_start(struct writer *writer)
{
    PRE(writer->db != NULL);
    PRE(!writer->is_running);
    enum saga_error rc = SAGA_STORE_FAILED;
    sqlite3_busy_timeout(writer->db, BUSY_MS);
    sqlite3_wal_hook(writer->db, count_frames, writer);
    writer->checkpoint_at = first_checkpoint(writer);
    space_open(&writer->space, writer->options.path, writer->options.space_min);

    writer->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (writer->wake < 0) {
        goto err;
    }

    rc = SAGA_NO_MEMORY;
    int failed = sem_init(&writer->work, 0, 0);
    CHECK(failed == 0);
    writer->is_running = pthread_create(&writer->thread, NULL, run, writer) == 0;
    if (!writer->is_running) {
        goto err_after_work;
    }
    return SAGA_OK;

err_after_work:
    sem_destroy(&writer->work);
    close(writer->wake);
err:
    CHECK(rc != SAGA_OK);
    return rc;
}

void writer_submit(struct writer *writer, const struct rows *rows)
{
    PRE(writer->is_running);
    PRE(!writer->stop);
    atomic_store(&writer->batch, rows);
    sem_post(&writer->work);
}

void writer_tidy(struct writer *writer)
{
    PRE(writer->is_running);
    if (!atomic_exchange(&writer->is_tidying, true)) {
        sem_post(&writer->work);
    }
}

static void join(struct writer *writer)
{
    PRE(writer->is_running);
    writer->stop = true;
    sem_post(&writer->work);
    pthread_join(writer->thread, NULL);
    writer->is_running = false;
    sem_destroy(&writer->work);
    close(writer->wake);
}

/* Writes the newest lsn of each saga that the tails know into the saga's row, so that the next
 * start need not search for those rows. */
static void write_tails(struct writer *writer)
{
    PRE(!writer->is_running);
    enum saga_error rc = writer_has_failed(writer) ? SAGA_OK : commit_tails(writer);
    if (rc != SAGA_OK) {
        fail(writer, rc);
    }
}

void writer_stop(struct writer *writer)
{
    if (writer->is_running) {
        join(writer);
        write_tails(writer);
    }
    if (!writer->db) {
        return;
    }
    /* When SQLite closes a database it copies the log into it and removes the log. After a failure
     * that must not happen, because nobody knows what has reached the disk. */
    if (writer_has_failed(writer)) {
        sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    if (writer->high_water >= 0) {
        close(writer->high_water);
        writer->high_water = -1;
    }
    db_finalize(writer->statements, WRITE_COUNT);
    int rc = sqlite3_close(writer->db);
    POST(rc == SQLITE_OK);
    writer->db = NULL;
    kinds_close(&writer->kinds);
}
