/* waiters.h - keeps the requests that wait until a saga has settled, and answers them. */
#ifndef CORE_WAITERS_H
#define CORE_WAITERS_H

#include "base/error.h"
#include "base/span.h"

struct core;
struct effect;
struct request;

/* Lets the request wait until the saga of this id has settled, for request->wait_ms at most. */
void waiters_add(struct core *core, struct request *request, struct span saga);

/* Handles an EFFECT_STATUS: if the saga has settled or is parked, answers the requests that wait
 * for that. */
void waiters_wake(struct core *core, const struct effect *effect);

/* Answers all requests that wait for this saga with an error. */
void waiters_refuse(struct core *core, struct span saga, enum saga_error error, const char *why);

/* Answers the requests whose time to wait is over with how their saga stands now. */
void waiters_expire(struct core *core);

/* Answers all requests that wait, because the core ends: with how their saga stands, or
 * `unavailable` if that cannot be told. */
void waiters_close(struct core *core);

#endif
