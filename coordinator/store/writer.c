/* writer.c - the thread: wait, commit, tell, checkpoint.
 *
 * Checkpoints. The log (WAL) is copied into the database after checkpoint_frames, between two
 * batches, after the last one has been announced. When all of it was copied and no reader is in
 * it, the next commit starts the log anew, over the blocks that are there: that is what makes a
 * commit cheap, and why the log is never truncated on the way. A reader that stays in an old
 * snapshot keeps the log growing: then another try comes after a quarter more, and past
 * WAL_FRAMES_LARGE one that waits for readers, for a moment. */
#include "store/writer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

enum {
    WAL_FRAMES_LARGE = 16384, /* 64 MiB */
    BUSY_MS = 50,             /* longest wait for readers; commits wait as long */
};

/* Told by SQLite after each commit how long the log is. */
static int count_frames(void *arg, sqlite3 *db, const char *schema, int frames)
{
    (void)db;
    (void)schema;
    struct writer *writer = arg;
    if (frames <= writer->wal_frames) {
        writer->checkpoint_at = writer->options.checkpoint_frames;
    }
    writer->wal_frames = frames;
    return SQLITE_OK;
}

static enum saga_error checkpoint(struct writer *writer)
{
    int mode = SQLITE_CHECKPOINT_PASSIVE;
    if (writer->wal_frames >= WAL_FRAMES_LARGE) {
        log_line(LOG_WARN, "store_log_long", NULL);
        mode = SQLITE_CHECKPOINT_RESTART;
    }
    int frames = 0;
    int copied = 0;
    int rc = sqlite3_wal_checkpoint_v2(writer->db, NULL, mode, &frames, &copied);
    writer->checkpoint_at = writer->wal_frames + writer->options.checkpoint_frames / 4 + 1;
    /* A reader in the way, or no room to copy to: all is safe in the log, try again later. */
    if ((rc & 0xff) == SQLITE_BUSY || db_error(writer->db, rc) == SAGA_DISK_FULL) {
        return SAGA_OK;
    }
    MAYBE(copied < frames);
    return db_error(writer->db, rc);
}

static void announce(const struct writer *writer)
{
    uint64_t one = 1;
    ssize_t written = write(writer->wake, &one, sizeof(one));
    MAYBE(written != (ssize_t)sizeof(one)); /* full: it polls readable already */
}

static void fail(struct writer *writer, enum saga_error rc)
{
    log_line(LOG_ERROR, "store_failed", "error", error_sentence(rc), "sqlite",
             sqlite3_errmsg(writer->db), NULL);
    bool is_told = rc == SAGA_DISK_FULL || rc == SAGA_STORE_CORRUPT;
    atomic_store(&writer->failure, (int)(is_told ? rc : SAGA_STORE_FAILED));
    announce(writer);
}

static void *run(void *arg)
{
    struct writer *writer = arg;
    for (;;) {
        while (sem_wait(&writer->work) != 0) {
            MAYBE("interrupted by a signal");
        }
        if (writer->stop) {
            return NULL;
        }
        CHECK(writer->batch != NULL);
        /* It came while a checkpoint failed: its owner may have seen that and taken it back. */
        if (writer_has_failed(writer)) {
            continue;
        }
        enum saga_error rc = commit_batch(writer, writer->batch);
        if (rc != SAGA_OK) {
            fail(writer, rc);
            continue;
        }
        atomic_fetch_add(&writer->durable, 1);
        announce(writer);
        if (writer->wal_frames >= writer->checkpoint_at) {
            rc = checkpoint(writer);
        }
        if (rc != SAGA_OK) {
            fail(writer, rc);
        }
    }
}

enum saga_error writer_start(struct writer *writer)
{
    PRE(writer->db != NULL);
    PRE(!writer->is_running);
    writer->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (writer->wake < 0) {
        return SAGA_STORE_FAILED;
    }
    CHECK(sem_init(&writer->work, 0, 0) == 0);
    sqlite3_busy_timeout(writer->db, BUSY_MS);
    sqlite3_wal_hook(writer->db, count_frames, writer);
    writer->checkpoint_at = writer->options.checkpoint_frames;
    writer->is_running = pthread_create(&writer->thread, NULL, run, writer) == 0;
    if (!writer->is_running) {
        sem_destroy(&writer->work);
        close(writer->wake);
        return SAGA_NO_MEMORY;
    }
    return SAGA_OK;
}

void writer_submit(struct writer *writer, const struct rows *rows)
{
    PRE(writer->is_running);
    writer->batch = rows;
    sem_post(&writer->work);
}

static void join(struct writer *writer)
{
    writer->stop = true;
    sem_post(&writer->work);
    pthread_join(writer->thread, NULL);
    writer->is_running = false;
    sem_destroy(&writer->work);
    close(writer->wake);
}

void writer_stop(struct writer *writer)
{
    if (writer->is_running) {
        join(writer);
        enum saga_error rc = writer_has_failed(writer) ? SAGA_OK : commit_tails(writer);
        if (rc != SAGA_OK) {
            fail(writer, rc);
        }
    }
    if (!writer->db) {
        return;
    }
    /* Closing copies the log and removes it; not when nobody knows what reached the disk. */
    if (writer_has_failed(writer)) {
        sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    db_finalize(writer->statements, WRITE_COUNT);
    int rc = sqlite3_close(writer->db);
    POST(rc == SQLITE_OK);
    writer->db = NULL;
    kinds_close(&writer->kinds);
}
