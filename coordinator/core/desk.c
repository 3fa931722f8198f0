/* desk.c - the queue of requests for the loop: a list under a lock, and a file descriptor that
 * wakes the loop. */
#include "core/desk.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/full.h"
#include "core/requests.h"
#include "core/state.h"
#include "door/request.h"

struct desk_queue {
    struct core *core;
    pthread_mutex_t lock; /* guards first, last, count and shut */
    struct request *first;
    struct request *last;
    uint32_t count;
    bool shut;
    int wake;
};

enum saga_error desk_open(struct core *core, struct desk_queue **queue)
{
    struct desk_queue *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->core = core;
    made->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (made->wake < 0 || pthread_mutex_init(&made->lock, NULL) != 0) {
        if (made->wake >= 0) {
            close(made->wake);
        }
        free(made);
        return SAGA_NO_MEMORY;
    }
    *queue = made;
    return SAGA_OK;
}

void desk_close(struct desk_queue **queue)
{
    struct desk_queue *gone = *queue;
    if (gone) {
        PRE(!gone->first);
        close(gone->wake);
        pthread_mutex_destroy(&gone->lock);
        free(gone);
        *queue = NULL;
    }
}

static void wake(const struct desk_queue *queue)
{
    uint64_t one = 1;
    ssize_t written = write(queue->wake, &one, sizeof(one));
    /* the write fails only if the counter is full, and then the loop is woken already */
    MAYBE(written == sizeof(one));
}

static enum saga_error post(struct request *request, void *arg)
{
    struct desk_queue *queue = arg;
    enum saga_error rc = SAGA_OK;
    pthread_mutex_lock(&queue->lock);
    if (queue->shut) {
        rc = SAGA_UNAVAILABLE;
    } else if (queue->count >= LIMIT_WAITERS) {
        rc = SAGA_OVERLOADED;
    } else {
        request->next = NULL;
        if (queue->last) {
            queue->last->next = request;
        } else {
            queue->first = request;
        }
        queue->last = request;
        queue->count++;
    }
    pthread_mutex_unlock(&queue->lock);
    if (rc == SAGA_OK) {
        wake(queue);
    }
    return rc;
}

static void ask(struct request *request, void *arg)
{
    struct desk_queue *queue = arg;
    core_ask(request, queue->core);
}

void desk_make(struct desk_queue *queue, struct desk *desk)
{
    *desk = (struct desk){.ask = ask, .post = post, .arg = queue};
}

int desk_wake(const struct desk_queue *queue)
{
    return queue->wake;
}

static struct request *take_one(struct desk_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    struct request *request = queue->first;
    if (request) {
        queue->first = request->next;
        queue->last = queue->first ? queue->last : NULL;
        queue->count--;
    }
    pthread_mutex_unlock(&queue->lock);
    return request;
}

void desk_take(struct desk_queue *queue)
{
    uint64_t count;
    ssize_t got = read(queue->wake, &count, sizeof(count));
    if (got != (ssize_t)sizeof(count)) {
        return; /* no request was left at the desk */
    }
    /* A request may be answered, and gone, before core_ask() returns. With a full disk a full batch
     * may stay for long: then requests are taken to be refused. */
    for (struct request *request;
         !core_is_full(queue->core) || core_is_disk_full_for_verbs(queue->core);) {
        request = take_one(queue);
        if (!request) {
            return;
        }
        core_ask(request, queue->core);
    }
    wake(queue); /* the other requests are taken when there is room */
}

void desk_shut(struct desk_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->shut = true;
    pthread_mutex_unlock(&queue->lock);
    for (struct request *request; (request = take_one(queue)) != NULL;) {
        request_answer(request, SAGA_UNAVAILABLE, STOPPING);
    }
}
