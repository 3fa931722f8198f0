/* ticks.h - starts sagas by the schedules of definitions (a tick: one time of a schedule);
 * private to the core.
 *
 * The newest version of each definition counts. The ticks of a schedule are handled one after
 * the other: a saga is started, and the schedule's mark in the store is moved to that tick in
 * the same commit, so that a tick starts its saga once, whatever crashes. The id of the saga
 * follows from the tick too: should the mark be lost with a part of the store, the tick finds
 * that the id exists. */
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
    const struct definition *definition; /* belongs to the catalog */
    const struct schedule *schedule;
    const struct zone *zone; /* the time zone; NULL: UTC */
    struct arena arena;      /* memory of `zone` */
    /* ticks up to this time of day have started their saga, or were left out */
    int64_t mark_ms;
};

struct ticks {
    struct ticking *first;
    /* schedules by when they are due, on the host's clock as all times of ticks */
    struct heap due;
    /* how many schedules there ever were: those due at one time go in this order */
    uint64_t count;
    int64_t serving_ms; /* the time of day of ticks_serve(); 0 = not called yet */
    /* there was no room to start a saga: try again at this running time */
    int64_t retry_ms;
};

/* Opens the core's schedules; nothing is started before ticks_serve(). */
void ticks_open(struct core *core);
void ticks_close(struct core *core);
/* Reads from the store up to which tick each schedule has been handled. */
MUST_CHECK enum saga_error ticks_recover(struct core *core);
void ticks_serve(struct core *core);
/* To be called when the host's clock was set back: ticks come again as that clock shows them. A
 * tick that has started its saga already finds that saga. */
void ticks_set_back(struct core *core);
/* To be called when another version of the definition of this name has become the newest. */
MUST_CHECK enum saga_error ticks_define(struct core *core, struct span name);
/* Starts the sagas of the ticks that are due, as many as one round has room for. */
void ticks_round(struct core *core);
/* When ticks_round() is to be called even without input; INT64_MAX = it need not be. */
int64_t ticks_next_due(const struct core *core);

#endif
