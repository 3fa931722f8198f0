/* crew.h - the threads that run handlers, and what they share with the thread of the socket.
 *
 * One mutex guards the three lists and the fields of runs that run.h marks (crew). A run moves
 *
 *     idle --crew_queue--> queued --a worker--> running --the worker--> finished --crew_collect-->
 *
 * and back to idle in the hands of the socket's thread. Workers wake that thread by an eventfd. */
#ifndef PARTICIPANTS_CREW_H
#define PARTICIPANTS_CREW_H

#include <pthread.h>

#include "participants/run.h"

/* Works on run->current and leaves a sealed answer in run->answer. Runs on a worker. */
typedef void crew_execute_fn(struct run *run);

struct crew;

struct worker {
    pthread_t thread;
    struct crew *crew; /* back pointer */
    bool has_ended;    /* the thread touches nothing of the crew any more */
};

struct crew {
    pthread_mutex_t mutex;
    pthread_cond_t has_work;
    pthread_cond_t has_ended; /* a worker has; waits by the monotonic clock */
    struct worker workers[SAGA_WORKERS_MAX];
    uint32_t worker_count;    /* started and not joined */
    struct run_list queue;    /* waiting for a worker */
    struct run_list finished; /* waiting for the socket's thread */
    struct run *beats;        /* with progress to be sent */
    bool is_ending;
    int wake_fd; /* borrowed eventfd */
    crew_execute_fn *execute;
};

/* Starts no thread yet. */
MUST_CHECK enum saga_error crew_open(struct crew *crew, int wake_fd, crew_execute_fn *execute);
/* SAGA_NO_MEMORY when a thread cannot be started. Workers take no signals. */
MUST_CHECK enum saga_error crew_start(struct crew *crew, uint32_t worker_count);
/* Ends the workers, and waits at most wait_ms for handlers that run; what is queued is left alone.
 * False: a handler still runs, and the crew's memory must stay. */
MUST_CHECK bool crew_end(struct crew *crew, int64_t wait_ms);
void crew_close(struct crew *crew);

/* Wakes the socket's thread. Safe in a signal handler. */
void crew_wake(int wake_fd);
void crew_queue(struct crew *crew, struct run *run);
/* Makes attempt the one to work on if the run still waits and the attempt is newer. False when the
 * run does not wait. */
bool crew_retarget(struct crew *crew, struct run *run, struct attempt *attempt);
/* Takes a waiting run out of the queue. False when it does not wait. */
bool crew_withdraw(struct crew *crew, struct run *run);
/* Takes all runs out of the queue; they are chained by ->after. */
struct run *crew_recall(struct crew *crew);
/* Notes progress of a run that a handler works on. SAGA_NO_MEMORY: without its details. */
enum saga_error crew_beat(struct crew *crew, struct run *run, struct span details);
/* Takes what has progress (chained by ->next_beat) and what has finished (by ->after), in one
 * moment, so that no progress comes after its run's end. */
void crew_collect(struct crew *crew, struct run **beats, struct run **finished);
/* Moves the details of a collected run into `details` and lets it report again. */
void crew_take_beat(struct crew *crew, struct run *run, struct buf *details);

#endif
