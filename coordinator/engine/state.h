/* state.h - the engine's memory between two events. */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include "base/buf.h"
#include "base/heap.h"
#include "engine/engine_options.h"
#include "engine/lock_table.h"
#include "engine/returns.h"
#include "journal/moment.h"

struct saga;

struct engine {
    struct engine_options options;
    struct map sagas;                   /* the sagas in memory: external id -> struct saga */
    struct map tokens;                  /* the attempts in memory: token -> struct attempt */
    struct heap timers[TIMELINE_COUNT]; /* on each clock, when each saga in memory is due */
    struct locks locks;
    uint64_t lsn_last;
    uint64_t saga_last;
    uint64_t inbox_last;
    /* running time at which EVENT_SERVING came; 0 = participants may not come back yet */
    int64_t serving_ms;
    /* attempts from before the restart, listed by the instance they were for */
    struct returns returns;
    int64_t seen_ms;            /* the greatest now_ms of all events */
    struct saga *leaving_first; /* list of the final and sleeping sagas that wait to leave memory */
    struct saga *leaving_last;
    uint64_t serial; /* number of the newest batch */
    /* on each clock: sleeping sagas that are due by this time are in memory */
    int64_t horizon_ms[TIMELINE_COUNT];
    struct dues next_sleeper; /* when the first sleeping saga that is not in memory may be due */
    struct buf records;       /* bytes of the records of the turn that is open */
    struct buf values;
    struct buf scratch; /* for one value at a time, such as a template's */
    struct buf telling; /* for the data of one notice at a time */
};

#endif
