/* readers.c - a queue, and the threads that empty it. */
#include "store/readers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { LAST_NICE = 19 };

struct worker {
    struct readers *of;
    struct store_reader *reader; /* the reader of this thread alone */
    pthread_t thread;
};

struct readers {
    struct worker *workers;
    uint32_t count; /* workers whose threads run */
    enum readers_rank rank;
    pthread_mutex_t lock;   /* guards all fields below */
    pthread_cond_t is_more; /* signalled when a job was queued or readers_shut() was called */
    struct readers_job *first;
    struct readers_job *last;
    bool is_over;
};

/* Takes the next job off the queue, and waits until there is one; NULL: readers_shut() was called
 * and no job is left. */
static struct readers_job *take(struct readers *readers)
{
    pthread_mutex_lock(&readers->lock);
    while (!readers->first && !readers->is_over) {
        pthread_cond_wait(&readers->is_more, &readers->lock);
    }
    struct readers_job *job = readers->first;
    IMPLIES(!job, readers->is_over);
    if (job) {
        readers->first = job->next;
        readers->last = readers->first ? readers->last : NULL;
    }
    pthread_mutex_unlock(&readers->lock);
    return job;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct readers *readers = worker->of;
    PRE(worker->reader != NULL);
    if (readers->rank == READERS_LAST) {
        /* On Linux setpriority() changes this thread alone, so that reads do not slow down the
         * threads that decide and store. */
        MAYBE(setpriority(PRIO_PROCESS, 0, LAST_NICE) == 0);
    }
    for (struct readers_job *job; (job = take(readers)) != NULL;) {
        job->run(job, worker->reader);
    }
    return NULL;
}

static enum saga_error start(struct readers *readers, struct store *store)
{
    struct worker *worker = &readers->workers[readers->count];
    PRE(!worker->reader);
    worker->of = readers;
    enum saga_error rc = store->ops->reader_open(store, &worker->reader);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        worker->reader->ops->close(&worker->reader);
        return SAGA_NO_MEMORY;
    }
    readers->count++;
    return SAGA_OK;
}

enum saga_error readers_open(struct store *store, uint32_t count, enum readers_rank rank,
                             struct readers **readers)
{
    PRE(count > 0);
    struct readers *made = calloc(1, sizeof(*made));
    struct worker *workers = calloc(count, sizeof(*workers));
    if (!made || !workers) {
        free(made);
        free(workers);
        return SAGA_NO_MEMORY;
    }
    made->workers = workers;
    made->rank = rank;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->is_more, NULL);
    enum saga_error rc = SAGA_OK;
    while (rc == SAGA_OK && made->count < count) {
        rc = start(made, store);
    }
    if (rc != SAGA_OK) {
        readers_close(&made);
        return rc;
    }
    *readers = made;
    return SAGA_OK;
}

bool readers_run(struct readers *readers, struct readers_job *job)
{
    PRE(job->run != NULL);
    job->next = NULL;
    pthread_mutex_lock(&readers->lock);
    bool is_taken = !readers->is_over;
    if (is_taken && readers->last) {
        readers->last->next = job;
    } else if (is_taken) {
        readers->first = job;
    }
    readers->last = is_taken ? job : readers->last;
    pthread_cond_signal(&readers->is_more);
    pthread_mutex_unlock(&readers->lock);
    return is_taken;
}

void readers_shut(struct readers *readers)
{
    pthread_mutex_lock(&readers->lock);
    readers->is_over = true;
    pthread_cond_broadcast(&readers->is_more);
    pthread_mutex_unlock(&readers->lock);
    for (uint32_t i = 0; i < readers->count; i++) {
        pthread_join(readers->workers[i].thread, NULL);
        readers->workers[i].reader->ops->close(&readers->workers[i].reader);
    }
    readers->count = 0;
    POST(!readers->first);
}

void readers_close(struct readers **readers)
{
    struct readers *gone = *readers;
    if (!gone) {
        return;
    }
    readers_shut(gone);
    CHECK(gone->count == 0);
    pthread_cond_destroy(&gone->is_more);
    pthread_mutex_destroy(&gone->lock);
    free(gone->workers);
    free(gone);
    *readers = NULL;
}
