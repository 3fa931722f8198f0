/* attempts.h - everything but results that participants say of attempts: sent, lost, never taken,
 * still running after a reconnect (adopted), or alive (a heartbeat). */
#ifndef ENGINE_ATTEMPTS_H
#define ENGINE_ATTEMPTS_H

#include "base/error.h"

struct batch;
struct engine;
struct event;

/* EVENT_SENT, EVENT_LOST, EVENT_UNTAKEN: finds the attempt by its token; nothing changes when no
 * attempt has this token. Errors: SAGA_NO_MEMORY. */
enum saga_error attempts_take(struct engine *engine, const struct event *event,
                              struct batch *batch);

/* EVENT_ADOPT, EVENT_BEAT: finds the attempt by the idempotency key and the number that a
 * participant's process names. Errors: SAGA_NO_MEMORY. */
enum saga_error attempts_take_named(struct engine *engine, const struct event *event,
                                    struct batch *batch);

#endif
