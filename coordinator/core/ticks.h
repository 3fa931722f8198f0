/* ticks.h - sagas that the clock starts; private to the core.
 *
 * The newest version of each definition is listened to. Its ticks are dealt with one after the
 * other: a saga is started, and the mark of its schedule is moved on in the same commit, so that a
 * tick starts its saga once, whatever crashes. The id follows from the tick too: should the mark be
 * lost with a part of the store, the id is there already. */
#ifndef CORE_TICKS_H
#define CORE_TICKS_H

#include "base/arena.h"
#include "base/heap.h"

struct core;
struct definition;
struct schedule;
struct zone;

/* One schedule of a definition. */
struct ticking {
    struct heap_node due;
    struct ticking *next;
    const struct definition *definition; /* the catalog's */
    const struct schedule *schedule;
    const struct zone *zone; /* NULL: UTC */
    struct arena arena;      /* owns the zone */
    int64_t mark_ms;         /* dealt with up to here */
};

struct ticks {
    struct ticking *first;
    struct heap due;    /* by the host's clock, as all times of ticks */
    uint64_t count;     /* schedules that ever were; orders those that are due at one time */
    int64_t serving_ms; /* 0 = not yet */
    int64_t retry_ms;   /* nothing could be started: not before then (running time) */
};

/* Nothing is started before ticks_serve(). */
void ticks_open(struct core *core);
void ticks_close(struct core *core);
/* From the store: how far each has been dealt with. */
MUST_CHECK enum saga_error ticks_recover(struct core *core);
void ticks_serve(struct core *core);
/* The host's clock was set back: ticks are as it shows from now on. One that has started its saga
 * already finds it. */
void ticks_set_back(struct core *core);
/* The newest version of the name is another one. */
MUST_CHECK enum saga_error ticks_define(struct core *core, struct span name);
/* Starts what is due, as far as one round goes. */
void ticks_round(struct core *core);
/* When ticks_round() has something to do; INT64_MAX = not. */
int64_t ticks_next_due(const struct core *core);

#endif
