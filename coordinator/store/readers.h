/* readers.h - threads that read the store, each through a reader of its own.
 *
 * What looks into the store for long is done here: not on the thread of HTTP, nor on the one that
 * decides, where one long read would keep everybody else waiting. */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include "base/check.h"
#include "base/error.h"
#include "store/store.h"

struct readers;

/* Something to be done by one of the threads. The memory is the caller's until it runs. */
struct readers_job {
    void (*run)(struct readers_job *job, struct store_reader *reader);
    struct readers_job *next; /* next job of the queue; only readers.c uses it */
};

enum readers_rank {
    /* For reads of callers who have changed something and wait to see it: the threads run at normal
     * priority. */
    READERS_FIRST,
    /* For lists and other reads of people who only look: the threads run at low priority, behind
     * those that decide, store and answer. */
    READERS_LAST,
};

/* Starts `count` threads, each with a reader of its own. Fails with what the store says when a
 * reader cannot be opened, or with SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error readers_open(struct store *store, uint32_t count, enum readers_rank rank,
                                        struct readers **readers);
/* Puts a job into the queue; jobs are begun in the order in which they came. May be called by any
 * thread. False: readers_shut() was called, and the job will not be run. */
MUST_CHECK bool readers_run(struct readers *readers, struct readers_job *job);
/* Lets the threads run the jobs that are queued, and ends the threads; jobs that come from now on
 * are refused. */
void readers_shut(struct readers *readers);
void readers_close(struct readers **readers);

#endif
