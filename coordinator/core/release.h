/* release.h - lets the effects of a batch leave that has become durable, in their order. */
#ifndef CORE_RELEASE_H
#define CORE_RELEASE_H

struct core;
struct work;

/* Lets the effects of a durable batch leave, and answers all requests that wait for that batch. */
void release(struct core *core, struct work *work);

#endif
