/* state.h - what the engine holds between two events. */
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
    struct map sagas;                   /* external id -> struct saga */
    struct map tokens;                  /* token -> struct attempt */
    struct heap timers[TIMELINE_COUNT]; /* of the sagas in memory */
    struct locks locks;
    uint64_t lsn_last;
    uint64_t saga_last;
    uint64_t inbox_last;
    int64_t serving_ms;         /* since when participants may come back; 0 = they may not yet */
    struct returns returns;     /* attempts of before the restart, by their instances */
    int64_t seen_ms;            /* the latest time that an event came with */
    struct saga *leaving_first; /* final and sleeping sagas that wait to leave memory */
    struct saga *leaving_last;
    uint64_t serial;                    /* of the newest batch */
    int64_t horizon_ms[TIMELINE_COUNT]; /* sleepers that are due by then are in memory */
    struct dues next_sleeper; /* when the first sleeper that is not in memory is due, at the
                                 earliest */
    struct buf records;       /* of the turn at work */
    struct buf values;
    struct buf scratch; /* a value being filled in */
    struct buf telling; /* the data of a notice */
};

#endif
