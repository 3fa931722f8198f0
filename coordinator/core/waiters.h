/* waiters.h - requests that want to hear how a saga ends. */
#ifndef CORE_WAITERS_H
#define CORE_WAITERS_H

#include "base/error.h"
#include "base/span.h"

struct core;
struct effect;
struct request;

/* waiters.c */
void waiters_add(struct core *core, struct request *request, struct span saga);

/* EFFECT_STATUS: the saga has settled, or parked; answers those who wait for that. */
void waiters_wake(struct core *core, const struct effect *effect);

/* Answers all who wait for this saga with an error. */
void waiters_refuse(struct core *core, struct span saga, enum saga_error error, const char *why);

/* Answers those whose time to wait is over, with the saga as it is. */
void waiters_expire(struct core *core);

/* Answers `unavailable` to all who wait. */
void waiters_close(struct core *core);

#endif
