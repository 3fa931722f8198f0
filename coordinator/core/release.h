/* release.h - what has become durable: its effects leave, in their order. */
#ifndef CORE_RELEASE_H
#define CORE_RELEASE_H

struct core;
struct work;

/* The batch is durable: lets its effects go, and tells all who wait for it. */
void release(struct core *core, struct work *work);

#endif
