/* attempts.h - what participants say of attempts, other than results: sent, lost, untaken,
 * adopted, alive. */
#ifndef ENGINE_ATTEMPTS_H
#define ENGINE_ATTEMPTS_H

#include "base/error.h"

struct batch;
struct engine;
struct event;

/* EVENT_SENT, _LOST, _UNTAKEN: the attempt is found by its token; an unknown token changes
 * nothing. SAGA_NO_MEMORY. */
enum saga_error attempts_take(struct engine *engine, const struct event *event,
                              struct batch *batch);

/* EVENT_ADOPT, _BEAT: the attempt is found by the key that an instance names. SAGA_NO_MEMORY. */
enum saga_error attempts_take_named(struct engine *engine, const struct event *event,
                                    struct batch *batch);

#endif
