/* fetch.h - what the sending of a task looks at is fetched into the cache some tasks ahead. */
#ifndef ENGINE_FETCH_H
#define ENGINE_FETCH_H

struct task;

/* What is looked at when a task leaves is in no processor's cache by then, and each piece of it
 * says where the next one lies. Fetched in this order, some tasks ahead, all of it is there when
 * it is needed. */
enum engine_fetch { FETCH_ATTEMPT, FETCH_STEP, FETCH_SAGA };
void engine_fetch(const struct task *task, enum engine_fetch what);

#endif
