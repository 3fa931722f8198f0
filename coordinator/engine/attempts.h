/* attempts.h - what participants say of attempts other than results: sent, lost, untaken, adopted,
 * alive. */
#ifndef ENGINE_ATTEMPTS_H
#define ENGINE_ATTEMPTS_H

#include "base/error.h"

struct batch;
struct engine;
struct event;

/* Sent, lost, or never taken: found by the token of the attempt. */
enum saga_error attempts_take(struct engine *engine, const struct event *event,
                              struct batch *batch);

/* Adopted, or alive: found by the key that an instance names. */
enum saga_error attempts_take_named(struct engine *engine, const struct event *event,
                                    struct batch *batch);

#endif
