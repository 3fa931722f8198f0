/* returns.h - participants that come back after a restart, and what they do not name.
 *
 * An attempt that was meant for one instance alone, and that this instance does not name when it
 * comes back, was never taken: no doubt, whatever the step. Attempts that may be anybody's are
 * waited for (timers.c). */
#ifndef ENGINE_RETURNS_H
#define ENGINE_RETURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"

struct attempt;
struct away;
struct batch;
struct engine;
struct event;

struct returns {
    struct arena arena; /* owns all of the below */
    struct map homes;   /* number of an instance -> the attempts that were meant for it */
    struct away *first; /* attempts whose instance is back, and which are to be settled */
    struct away *last;
    uint32_t count; /* attempts that are not settled yet */
};

void returns_open(struct engine *engine);
void returns_close(struct engine *engine);

/* A loaded attempt, before serving begins: it is remembered by its instance if it is without an
 * answer. Without memory it is waited for as one that may be anybody's, which is always safe. */
void returns_note(struct engine *engine, const struct attempt *attempt);

/* EVENT_RETURNED. SAGA_NO_MEMORY. */
enum saga_error returns_take(struct engine *engine, const struct event *event, struct batch *batch);

/* Are there attempts that returns_settle() has something to say about? */
bool returns_wait(const struct engine *engine);

/* Settles attempts of instances that are back, as many as one event may. SAGA_NO_MEMORY. */
enum saga_error returns_settle(struct engine *engine, const struct event *event,
                               struct batch *batch);

#endif
