/* aside.h - sagas that cannot be read: set aside, so that all others go on.
 *
 * A row is damaged, or the definition does not compile any more: that saga cannot be folded, and
 * nothing can be decided about it. It is set aside for the life of the process, told once (in the
 * log, by a webhook, and as the alert `saga_unreadable`, which lists find), and found again by the
 * next start, which tells nobody twice. When its rows are there again (a restore), that start takes
 * the saga up as if nothing had been, and ends the alert.
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

/* What is answered to whoever wants something of such a saga. */
#define ASIDE_WHY                                                                                  \
    "the saga cannot be read and was set aside: `sagactl show` says what is wrong; it goes on "    \
    "when "                                                                                        \
    "its rows are restored and sagad is started again"

struct aside_sagas {
    struct map map;      /* external id -> struct aside */
    struct aside *fresh; /* nobody was told of them yet */
    uint32_t count;      /* that are set aside */
    bool is_serving;
};

void aside_open(struct core *core);
void aside_close(struct core *core);

/* Before sagas are loaded at the start: which were set aside by an earlier process. */
MUST_CHECK enum saga_error aside_recover(struct core *core);
/* After that, those of them that nobody has tried to load, for they sleep or have ended, one by
 * one: *at starts at 0. */
bool aside_next(const struct core *core, size_t *at, struct span *name);
/* From now on others may be told. */
void aside_serve(struct core *core);

/* Sets a saga aside, for the reason in image->flaw. */
void aside_put(struct core *core, const struct saga_image *image);
/* A saga was loaded. */
void aside_loaded(struct core *core, struct span name);

bool aside_has(const struct core *core, struct span name);

/* An event about a saga that is set aside. */
void aside_step(struct core *core, const struct event *event);

/* Tells some of those of whom nobody was told. */
void aside_round(struct core *core);
/* Is there anybody to tell? */
bool aside_is_due(const struct core *core);

#endif
