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
    sqlite3 *db;                           /* owned; the thread's while the thread runs */
    sqlite3_stmt *statements[WRITE_COUNT]; /* owned, the same */
    struct store_sqlite_options options;   /* zeroes replaced by what the product uses */
    struct tails tails;                    /* shared with readers, under its own lock */

    /* Between the loop's thread and the writer's. */
    pthread_t thread;
    bool is_running;                    /* the loop's: the thread is to be joined */
    sem_t work;                         /* posted: batch is set, or stop; neither: tidy up */
    int wake;                           /* eventfd, written when durable or failure changes */
    _Atomic(const struct rows *) batch; /* the thread's until durable or failure changes */
    bool stop;                          /* set before work is posted */
    atomic_ullong durable;              /* batches since open */
    atomic_ullong inbox_count;          /* events kept, as durable */
    atomic_int failure;                 /* enum saga_error; SAGA_OK, or for good */
    atomic_bool is_tidying;             /* asked to, and not done yet */
    struct space space;

    /* Of the writer's thread alone; opening sets these fields before the thread starts. */
    uint64_t last_lsn;        /* of what is durable */
    uint64_t heads_lsn;       /* the heads_lsn of `meta` */
    uint64_t turn_lsn;        /* what heads_lsn becomes when the old tails are written */
    bool is_turning;          /* the old tails are being written */
    uint64_t row_count;       /* rows since open, for crash_at_row */
    int64_t started_ms;       /* of the newest saga */
    int high_water;           /* descriptor of the file of this name; -1 = none */
    int64_t wal_frames;       /* length of the log after the last commit */
    int64_t checkpoint_at;    /* frames at which to checkpoint next */
    struct batch_shown shown; /* by the tables that the statements of a commit read */
    struct kinds kinds;
};

/* Prepares the statements; writer->db is open and has its tables. SAGA_NO_MEMORY,
 * SAGA_STORE_CORRUPT. */
MUST_CHECK enum saga_error writer_prepare(struct writer *writer);

/* Starts the thread. The statements are prepared, the thread's own fields are set.
 * SAGA_STORE_FAILED, SAGA_NO_MEMORY: no thread was started. */
MUST_CHECK enum saga_error writer_start(struct writer *writer);
/* Stops and joins the thread after the batch at work, writes what tails hold, closes the
 * connection. May be called at any stage of opening, and twice. */
void writer_stop(struct writer *writer);

/* Hands a batch over; the caller has made sure that none is at work. */
void writer_submit(struct writer *writer, const struct rows *rows);
/* There is no room for a batch: copy the log and give its space back. The caller has made sure that
 * no batch is at work. */
void writer_tidy(struct writer *writer);

static inline bool writer_has_failed(struct writer *writer)
{
    return atomic_load(&writer->failure) != SAGA_OK;
}

#endif
