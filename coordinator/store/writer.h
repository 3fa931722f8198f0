/* writer.h - the one connection and the one thread that write.
 *
 * SQLite before 3.51.3 can lose a commit when one connection commits while another checkpoints, so
 * only this thread commits and checkpoints. The thread takes one batch at a time, commits the
 * batch, says so, and checkpoints between two batches when the log is long. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "store/batch_table.h"
#include "store/db.h"
#include "store/kinds.h"
#include "store/queries.h"
#include "store/space.h"
#include "store/store_sqlite.h"
#include "store/tails.h"

struct writer {
    /* Owned; only the writer's thread uses the connection while the thread runs. */
    sqlite3 *db;
    sqlite3_stmt *statements[WRITE_COUNT]; /* owned; used by the writer's thread only */
    /* The options as given, with the product's values for those that were zero. */
    struct store_sqlite_options options;
    struct tails tails; /* shared with readers, under its own lock */

    /* What the loop's thread and the writer's thread tell each other. */
    pthread_t thread;
    /* Only the loop's thread uses this: the writer's thread was started and must be joined. */
    bool is_running;
    /* Posted by the loop when `batch` or `stop` is set; with neither the thread copies the log. */
    sem_t work;
    int wake; /* eventfd, written when durable or failure changes */
    /* The batch to commit; borrowed until `durable` or `failure` changes. */
    _Atomic(const struct rows *) batch;
    bool stop; /* the thread is to end; set before `work` is posted */
    /* How many batches have become durable since the store was opened. */
    atomic_ullong durable;
    atomic_ullong inbox_count; /* how many events the inbox keeps, as is durable */
    /* enum saga_error; SAGA_OK, or why the store has failed for good. */
    atomic_int failure;
    /* The loop has asked for a copy of the log, which is not done yet. */
    atomic_bool is_tidying;
    struct space space;

    /* Of the writer's thread alone; opening sets these fields before the thread starts. */
    uint64_t last_lsn; /* the greatest lsn that is durable */
    /* As in `meta`: saga.last_lsn in the database is right for all rows up to this lsn. */
    uint64_t heads_lsn;
    /* The value that heads_lsn gets once all old tails (tails.h) are written. */
    uint64_t turn_lsn;
    /* The old tails are being written into `saga`, a few with each commit. */
    bool is_turning;
    /* Rows written since open: tests crash at one of them (crash_at_row). */
    uint64_t row_count;
    int64_t started_ms; /* when the newest saga started, to see that the clock was set back */
    int high_water;     /* descriptor of <path>.high (high_water.h); -1 = none */
    int64_t wal_frames; /* frames of the log after the last commit */
    /* Length of the log, in frames, at which the log is copied into the database next. */
    int64_t checkpoint_at;
    struct batch_shown shown; /* the batch that the tables batch_... show while it is committed */
    struct kinds kinds;
};

/* Prepares the statements; writer->db is open and has its tables. SAGA_NO_MEMORY,
 * SAGA_STORE_CORRUPT. */
MUST_CHECK enum saga_error writer_prepare(struct writer *writer);

/* Starts the thread. The statements are prepared, the thread's own fields are set.
 * SAGA_STORE_FAILED, SAGA_NO_MEMORY: no thread was started. */
MUST_CHECK enum saga_error writer_start(struct writer *writer);
/* Ends the thread once it has committed its batch, writes the tails (tails.h) into `saga`, and
 * closes the connection. May be called at any stage of opening, and twice. */
void writer_stop(struct writer *writer);

/* Hands a batch to the writer's thread; the caller has made sure that the thread has no other
 * batch. */
void writer_submit(struct writer *writer, const struct rows *rows);
/* Asks the thread to copy the log into the database and to cut the log, because the disk has no
 * room for a batch. The caller has made sure that the thread has no batch. */
void writer_tidy(struct writer *writer);

static inline bool writer_has_failed(struct writer *writer)
{
    return atomic_load(&writer->failure) != SAGA_OK;
}

#endif
