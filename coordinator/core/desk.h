/* desk.h - a queue in which other threads (HTTP, webhooks) leave requests for the loop's thread. */
#ifndef CORE_DESK_H
#define CORE_DESK_H

#include "base/check.h"
#include "base/error.h"

struct core;
struct desk;

struct desk_queue;

/* Opens the queue. SAGA_NO_MEMORY, also when the system gives no file descriptor. */
MUST_CHECK enum saga_error desk_open(struct core *core, struct desk_queue **queue);
/* Frees the queue: after desk_shut(), when no thread can leave a request any more. */
void desk_close(struct desk_queue **queue);
/* Fills *desk with the functions by which adapters leave requests. */
void desk_make(struct desk_queue *queue, struct desk *desk);
/* The file descriptor that is readable when a request has been left. */
int desk_wake(const struct desk_queue *queue);
/* Hands the oldest requests to the core, while the core has room. Only the loop's thread calls
 * this. */
void desk_take(struct desk_queue *queue);
/* Answers `unavailable` to all requests in the queue, and refuses those that come from now on. */
void desk_shut(struct desk_queue *queue);

#endif
