/* crew.c - a queue, a condition, and a loop of a few lines in each worker. */
#include "participants/crew.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

static int open_clocked(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    int rc = pthread_condattr_init(&attributes);
    if (rc != 0) {
        return rc;
    }
    rc = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (rc == 0) {
        rc = pthread_cond_init(cond, &attributes);
    }
    pthread_condattr_destroy(&attributes);
    return rc;
}

enum saga_error crew_open(struct crew *crew, int wake_fd, crew_execute_fn *execute)
{
    *crew = (struct crew){.wake_fd = wake_fd, .execute = execute};

    if (pthread_mutex_init(&crew->mutex, NULL) != 0) {
        return SAGA_NO_MEMORY;
    }
    if (pthread_cond_init(&crew->has_work, NULL) != 0) {
        goto err_after_mutex;
    }
    if (open_clocked(&crew->has_ended) != 0) {
        goto err_after_has_work;
    }
    return SAGA_OK;

err_after_has_work:
    pthread_cond_destroy(&crew->has_work);
err_after_mutex:
    pthread_mutex_destroy(&crew->mutex);
    return SAGA_NO_MEMORY;
}

void crew_close(struct crew *crew)
{
    PRE(crew->worker_count == 0);
    pthread_cond_destroy(&crew->has_ended);
    pthread_cond_destroy(&crew->has_work);
    pthread_mutex_destroy(&crew->mutex);
}

void crew_wake(int wake_fd)
{
    static const uint64_t one = 1;
    ssize_t written = write(wake_fd, &one, sizeof(one));
    MAYBE(written < 0); /* a full counter is a wake-up too */
}

static struct run *next_run(struct crew *crew)
{
    while (!crew->queue.first && !crew->is_ending) {
        pthread_cond_wait(&crew->has_work, &crew->mutex);
    }
    if (crew->is_ending) {
        return NULL;
    }
    struct run *run = crew->queue.first;
    run_list_drop(&crew->queue, run);
    run->state = RUN_RUNNING;
    return run;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct crew *crew = worker->crew;
    pthread_mutex_lock(&crew->mutex);
    for (struct run *run; (run = next_run(crew)) != NULL;) {
        pthread_mutex_unlock(&crew->mutex);
        crew->execute(run);
        pthread_mutex_lock(&crew->mutex);
        if (crew->finished.count == 0) {
            crew_wake(crew->wake_fd);
        }
        run_list_append(&crew->finished, run);
    }
    worker->has_ended = true;
    pthread_cond_signal(&crew->has_ended);
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

enum saga_error crew_start(struct crew *crew, uint32_t worker_count)
{
    PRE(worker_count <= SAGA_WORKERS_MAX);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = 0;
    while (rc == 0 && crew->worker_count < worker_count) {
        struct worker *worker = &crew->workers[crew->worker_count];
        *worker = (struct worker){.crew = crew};
        rc = pthread_create(&worker->thread, NULL, work, worker);
        if (rc == 0) {
            crew->worker_count++;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? SAGA_OK : SAGA_NO_MEMORY;
}

static bool all_ended(const struct crew *crew)
{
    bool all = true;
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        all = all && crew->workers[i].has_ended;
    }
    return all;
}

bool crew_end(struct crew *crew, int64_t wait_ms)
{
    struct timespec until;
    int rc = clock_gettime(CLOCK_MONOTONIC, &until);
    CHECK(rc == 0);
    int64_t until_ns = until.tv_nsec + (wait_ms > 0 ? wait_ms : 0) * 1000000;
    until.tv_sec += (time_t)(until_ns / 1000000000);
    until.tv_nsec = (long)(until_ns % 1000000000);

    pthread_mutex_lock(&crew->mutex);
    crew->is_ending = true;
    pthread_cond_broadcast(&crew->has_work);
    while (!all_ended(crew) && rc == 0) {
        rc = pthread_cond_timedwait(&crew->has_ended, &crew->mutex, &until);
    }
    bool all = all_ended(crew);
    pthread_mutex_unlock(&crew->mutex);

    while (all && crew->worker_count > 0) {
        pthread_join(crew->workers[--crew->worker_count].thread, NULL);
    }
    return all;
}

void crew_queue(struct crew *crew, struct run *run)
{
    pthread_mutex_lock(&crew->mutex);
    PRE(run->state == RUN_IDLE && run->current != NULL);
    run->state = RUN_QUEUED;
    run_list_append(&crew->queue, run);
    pthread_cond_signal(&crew->has_work);
    pthread_mutex_unlock(&crew->mutex);
}

bool crew_retarget(struct crew *crew, struct run *run, struct attempt *attempt)
{
    pthread_mutex_lock(&crew->mutex);
    bool is_queued = run->state == RUN_QUEUED;
    if (is_queued && attempt->number > run->current->number) {
        run->current = attempt;
    }
    pthread_mutex_unlock(&crew->mutex);
    return is_queued;
}

bool crew_withdraw(struct crew *crew, struct run *run)
{
    pthread_mutex_lock(&crew->mutex);
    bool is_queued = run->state == RUN_QUEUED;
    if (is_queued) {
        run_list_drop(&crew->queue, run);
        run->state = RUN_RUNNING;
    }
    pthread_mutex_unlock(&crew->mutex);
    return is_queued;
}

struct run *crew_recall(struct crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    struct run *first = crew->queue.first;
    for (struct run *run = first; run != NULL; run = run->after) {
        CHECK(run->state == RUN_QUEUED);
        run->state = RUN_RUNNING;
    }
    crew->queue = (struct run_list){0};
    pthread_mutex_unlock(&crew->mutex);
    return first;
}

enum saga_error crew_beat(struct crew *crew, struct run *run, struct span details)
{
    pthread_mutex_lock(&crew->mutex);
    buf_clear(&run->beat);
    buf_write(&run->beat, details.data, details.size);
    bool is_kept = !buf_failed(&run->beat);
    if (!run->has_beat) {
        run->has_beat = true;
        run->next_beat = crew->beats;
        if (!crew->beats) {
            crew_wake(crew->wake_fd);
        }
        crew->beats = run;
    }
    pthread_mutex_unlock(&crew->mutex);
    return is_kept ? SAGA_OK : SAGA_NO_MEMORY;
}

void crew_collect(struct crew *crew, struct run **beats, struct run **finished)
{
    pthread_mutex_lock(&crew->mutex);
    *beats = crew->beats;
    *finished = crew->finished.first;
    crew->beats = NULL;
    crew->finished = (struct run_list){0};
    pthread_mutex_unlock(&crew->mutex);
}

void crew_take_beat(struct crew *crew, struct run *run, struct buf *details)
{
    pthread_mutex_lock(&crew->mutex);
    PRE(run->has_beat);
    buf_clear(details);
    buf_write(details, run->beat.data, run->beat.size);
    buf_clear(&run->beat);
    run->has_beat = false;
    pthread_mutex_unlock(&crew->mutex);
}
