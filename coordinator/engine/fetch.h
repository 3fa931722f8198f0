/* fetch.h - brings the memory that sending a task reads into the processor's cache, some tasks
 * before it is sent, to make sending faster. */
#ifndef ENGINE_FETCH_H
#define ENGINE_FETCH_H

struct task;

/* When a task is sent, its attempt, step and saga have long left the cache, and each holds the
 * pointer to the next. So a sender fetches the attempt first, then the step, then the saga, each
 * some tasks ahead of the task's turn. */
enum engine_fetch { FETCH_ATTEMPT, FETCH_STEP, FETCH_SAGA };
void engine_fetch(const struct task *task, enum engine_fetch what);

#endif
