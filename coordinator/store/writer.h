/* writer.h - the one connection and the one thread that write.
 *
 * SQLite before 3.51.3 can lose a commit when one connection commits while another checkpoints, so
 * nothing but this thread does either. It takes one batch at a time, commits it, says so, and
 * checkpoints between batches when the log is long. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "store/batch_table.h"
#include "store/db.h"
#include "store/kinds.h"
#include "store/queries.sql.h"
#include "store/store.h"
#include "store/tails.h"

#define X(name, sql) WRITE_##name,
enum writer_query { WRITER_QUERIES(X) WRITE_COUNT };
#undef X

struct writer {
    sqlite3 *db;                           /* owned; the thread's while it runs */
    sqlite3_stmt *statements[WRITE_COUNT]; /* owned, the same */
    struct store_sqlite_options options;   /* zeroes replaced by what the product uses */
    struct tails tails;                    /* shared with readers, under its own lock */

    /* Between the loop's thread and the writer's. */
    pthread_t thread;
    bool is_running;           /* the loop's: the thread is to be joined */
    sem_t work;                /* posted: batch is set, or stop */
    int wake;                  /* eventfd, written when durable or failure changes */
    const struct rows *batch;  /* handed over by work, given back by durable */
    bool stop;                 /* handed over by work */
    atomic_ullong durable;     /* batches since open */
    atomic_ullong inbox_count; /* events kept, as durable */
    atomic_int failure;        /* enum saga_error; SAGA_OK, or for good */

    /* The thread's own; open sets them before it starts. */
    uint64_t last_lsn;        /* of what is durable */
    uint64_t heads_lsn;       /* as in meta */
    uint64_t turn_lsn;        /* what heads_lsn becomes when the old tails are written */
    bool is_turning;          /* they are being written */
    uint64_t row_count;       /* rows since open, for crash_at_row */
    int64_t last_ms;          /* newest time seen */
    int64_t wal_frames;       /* length of the log after the last commit */
    int64_t checkpoint_at;    /* frames at which to checkpoint next */
    struct batch_shown shown; /* by the tables that the statements of a commit read */
    struct kinds kinds;
};

/* Starts the thread. writer->db is open, statements are prepared, the thread's own are set. */
MUST_CHECK enum saga_error writer_start(struct writer *writer);
/* Stops and joins it after the batch at work, writes what tails hold, closes the connection. */
void writer_stop(struct writer *writer);

/* Hands a batch over; the caller has made sure that none is at work. */
void writer_submit(struct writer *writer, const struct rows *rows);

static inline bool writer_has_failed(struct writer *writer)
{
    return atomic_load(&writer->failure) != SAGA_OK;
}

/* One commit of a batch in the calling thread: the part of the thread that can fail. */
MUST_CHECK enum saga_error commit_batch(struct writer *writer, const struct rows *rows);
/* Writes all tails and heads_lsn, in one commit. */
MUST_CHECK enum saga_error commit_tails(struct writer *writer);

#endif
