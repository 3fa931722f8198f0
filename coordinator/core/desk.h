/* desk.h - where other threads leave requests for the loop. */
#ifndef CORE_DESK_H
#define CORE_DESK_H

#include "base/check.h"
#include "base/error.h"

struct core;
struct desk;

struct desk_queue;

/* SAGA_NO_MEMORY, also when the system gives no descriptor. */
MUST_CHECK enum saga_error desk_open(struct core *core, struct desk_queue **queue);
/* Gives the queue back: after desk_shut(), when nobody can post any more. */
void desk_close(struct desk_queue **queue);
/* The desk for adapters. */
void desk_make(struct desk_queue *queue, struct desk *desk);
/* Polls readable when something was left. */
int desk_wake(const struct desk_queue *queue);
/* Hands the oldest requests to the core, as long as the core has room. From the loop's thread. */
void desk_take(struct desk_queue *queue);
/* Answers `unavailable` to all requests in the queue, and refuses those that come from now on. */
void desk_shut(struct desk_queue *queue);

#endif
