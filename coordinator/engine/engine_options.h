/* engine_options.h - what an engine is told once, when it is made. */
#ifndef ENGINE_ENGINE_OPTIONS_H
#define ENGINE_ENGINE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct arena_source;

struct engine_options {
    const struct arena_source *memory; /* where all memory of the engine comes from */
    /* ms: a participant's session that has said nothing for so long is lost */
    int64_t dead_ms;
    /* seed of the jitter in retry delays: equal seeds give equal delays */
    uint64_t seed;
    /* the number of the last row in the store: the next row gets the one after it */
    uint64_t last_lsn;
    /* rows up to this number were written without facets, which are what lists find sagas by: see
     * facet_rows.h */
    uint64_t facets_lsn;
    uint64_t last_saga;
    uint64_t inbox_last;
    /* how many sagas may be in memory; a start beyond that is answered `overloaded` */
    uint32_t sagas_max;
    /* ms: a saga that only waits, and for longer than this, leaves memory; 0: none does */
    int64_t near_ms;
    /* every event satisfies the condition of a step that waits: for drills, whose events are made
     * up */
    bool any_event;
    /* the outbox has receivers: turns add notices of what happens to their batch */
    bool tells;
};

#endif
