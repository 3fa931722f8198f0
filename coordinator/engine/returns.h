/* returns.h - attempts from before a restart of the coordinator: when a participant's process comes
 * back, those that it does not name any more.
 *
 * Where the journal says that an attempt was for one instance (one process of a participant) alone,
 * and that instance comes back without naming the attempt, it was never taken: so it had no effect,
 * whatever the step. For attempts that any instance may have, time-outs decide (timers.c). */
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
    struct arena arena; /* owns the lists below */
    struct map homes;   /* number of an instance -> the list of attempts that were meant for it */
    /* list of attempts whose instance is back, and which are still to be settled */
    struct away *first;
    struct away *last;
    uint32_t count; /* how many attempts are in all lists together */
};

void returns_open(struct engine *engine);
void returns_close(struct engine *engine);

/* Called for each loaded attempt, before participants may come back: lists the attempt under its
 * instance if it has no answer. When memory runs out the attempt is left out, and time-outs decide
 * about it as about one that any instance may have, which is always safe. */
void returns_note(struct engine *engine, const struct attempt *attempt);

/* EVENT_RETURNED: the instance has named all attempts that it has; begins to settle the others in
 * its list. Errors: SAGA_NO_MEMORY. */
enum saga_error returns_take(struct engine *engine, const struct event *event, struct batch *batch);

/* Are attempts of returned instances left for returns_settle() to settle? */
bool returns_wait(const struct engine *engine);

/* Settles as many attempts of returned instances as one event may: those that were not named and
 * have no answer were never taken. Errors: SAGA_NO_MEMORY. */
enum saga_error returns_settle(struct engine *engine, const struct event *event,
                               struct batch *batch);

#endif
