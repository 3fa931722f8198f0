/* waiters.h - requests that want to hear how a saga ends. */
#ifndef CORE_WAITERS_H
#define CORE_WAITERS_H

#include "base/span.h"

struct core;
struct effect;
struct request;

/* waiters.c */
void waiters_add(struct core *core, struct request *request, struct span saga);

void waiters_wake(struct core *core, const struct effect *effect);

void waiters_expire(struct core *core);

void waiters_close(struct core *core);

#endif
