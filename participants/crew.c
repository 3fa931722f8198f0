/* crew.c - a queue, a condition, and a loop of a few lines in each worker. */
#include "participants/crew.h"

#include <signal.h>
#include <unistd.h>

#include "base/check.h"

enum saga_error crew_open(struct crew *crew, int wake_fd, crew_execute_fn *execute)
{
    *crew = (struct crew){.wake_fd = wake_fd, .execute = execute};
    if (pthread_mutex_init(&crew->mutex, NULL) != 0) {
        return SAGA_NO_MEMORY;
    }
    if (pthread_cond_init(&crew->has_work, NULL) == 0) {
        return SAGA_OK;
    }
    pthread_mutex_destroy(&crew->mutex);
    return SAGA_NO_MEMORY;
}

void crew_close(struct crew *crew)
{
    PRE(crew->thread_count == 0);
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
    struct crew *crew = arg;
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
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

enum saga_error crew_start(struct crew *crew, uint32_t thread_count)
{
    PRE(thread_count <= SAGA_WORKERS_MAX);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = 0;
    while (rc == 0 && crew->thread_count < thread_count) {
        rc = pthread_create(&crew->threads[crew->thread_count], NULL, work, crew);
        if (rc == 0) {
            crew->thread_count++;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? SAGA_OK : SAGA_NO_MEMORY;
}

void crew_end(struct crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->is_ending = true;
    pthread_cond_broadcast(&crew->has_work);
    pthread_mutex_unlock(&crew->mutex);
    while (crew->thread_count > 0) {
        pthread_join(crew->threads[--crew->thread_count], NULL);
    }
}

void crew_queue(struct crew *crew, struct run *run)
{
    pthread_mutex_lock(&crew->mutex);
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
    buf_clear(details);
    buf_write(details, run->beat.data, run->beat.size);
    buf_clear(&run->beat);
    run->has_beat = false;
    pthread_mutex_unlock(&crew->mutex);
}
