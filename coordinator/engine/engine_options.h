/* engine_options.h - what an engine is told once, when it is made. */
#ifndef ENGINE_ENGINE_OPTIONS_H
#define ENGINE_ENGINE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct arena_source;

struct engine_options {
    const struct arena_source *memory; /* where all memory of the engine comes from */
    int64_t dead_ms;                   /* a silent session is lost after this */
    uint64_t seed;                     /* of the jitter */
    uint64_t last_lsn; /* the last number that the store has: the next row gets the one after it */
    uint64_t facets_lsn; /* up to this number rows have no facets beside them: see facet_rows.h */
    uint64_t last_saga;
    uint64_t inbox_last;
    uint32_t sagas_max; /* how many may be in memory; more: `overloaded` */
    int64_t near_ms;    /* a saga that only waits, and for longer, leaves memory; 0: none does */
    bool any_event;     /* an event matches whatever condition a step has: for drills, which imagine
                           their events */
    bool tells;         /* somebody is told of what happens: turns add notices to their batch */
};

#endif
