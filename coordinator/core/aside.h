/* aside.h - sets sagas aside that cannot be read, so that all others go on.
 *
 * When a row of a saga is damaged, or its definition does not compile any more, the saga cannot be
 * folded, and nothing can be decided about it. The saga is set aside for the life of the process,
 * told once (in the log, by a webhook, and as the alert `saga_unreadable`, which lists find), and
 * found again by the next start, which tells nobody twice. When its rows are there again (a
 * restore), that start takes the saga up as if nothing had been, and ends the alert.
 *
 *   its concurrency key     stays held; where it only waits for one, the others pass
 *   its timers              run in no memory: nothing is due because of it
 *   results of its attempts are left unanswered. No verdict would be true: they are not durable,
 * and they are not unknown. Participants say them again, and are heard when the saga can be read;
 * there are no more of them than were in flight verbs, `finish`         are answered `conflict`
 *   events                  are kept for its steps that wait, and offered when it can be read
 *   its parent              hears that it is parked
 *   its children            go on; what they tell, they are asked for again */
#ifndef CORE_ASIDE_H
#define CORE_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"
#include "base/map.h"
#include "base/span.h"

struct core;
struct event;
struct saga_image;

/* The answer to whoever wants something of a saga that was set aside. */
#define ASIDE_WHY                                                                                  \
    "the saga cannot be read and was set aside: `sagactl show` says what is wrong; it goes on "    \
    "when "                                                                                        \
    "its rows are restored and sagad is started again"

struct aside_sagas {
    struct map map;      /* id of a saga, as clients know it -> struct aside */
    struct aside *fresh; /* those that aside_round() has yet to tell others of */
    uint32_t count;      /* how many sagas this process has set aside */
    bool is_serving;
};

void aside_open(struct core *core);
void aside_close(struct core *core);

/* Reads from the store which sagas an earlier process set aside. To be called at the start, before
 * sagas are loaded. */
MUST_CHECK enum saga_error aside_recover(struct core *core);
/* After all awake sagas were loaded: walks over the sagas that an earlier process set aside and
 * this one has not tried to load, for they sleep or have ended. *at starts at 0; false: there are
 * no more. */
bool aside_next(const struct core *core, size_t *at, struct span *name);
/* From now on webhooks, parents and waiting sagas may be told of sagas that are set aside. */
void aside_serve(struct core *core);

/* Sets a saga aside, for the reason in image->flaw. */
void aside_put(struct core *core, const struct saga_image *image);
/* To be called when a saga was loaded: if it could not be read before, its alert is to end. */
void aside_loaded(struct core *core, struct span name);

bool aside_has(const struct core *core, struct span name);

/* Handles an event about a saga that is set aside: refuses it, keeps it for later, or drops it. */
void aside_step(struct core *core, const struct event *event);

/* Tells the store, the webhooks and the parents of some sagas that were set aside, or can be read
 * again. */
void aside_round(struct core *core);
/* Has aside_round() a saga to tell of? */
bool aside_is_due(const struct core *core);

#endif
