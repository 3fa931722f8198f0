/* at_work.h - what is known of the attempts of a saga that are at work, and in no record:
 * when they left, how long they have, what their participants said last. */
#ifndef ENGINE_AT_WORK_H
#define ENGINE_AT_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"

struct arena;
struct engine;

enum { AT_WORK_MAX = 256 }; /* of the items of a fan-out thousands may be at work */

struct task_at_work {
    uint32_t step; /* index in the saga */
    enum task_kind kind;
    bool of_undo; /* a check: asks about the undo */
    uint32_t number;
    struct span key;
    struct span action;
    int64_t intended_ms;
    int64_t sent_ms;   /* 0 = it waits to leave */
    int64_t heard_ms;  /* last heartbeat that named it; 0 = none */
    int64_t until_ms;  /* when it runs out of time; INT64_MAX = never */
    const char *limit; /* which time-out that is: a literal */
    struct span details;
    struct span instance; /* where it is, as far as the peers know; empty = they do not */
    bool nobody_serves;   /* it waits, and there is no participant for it */
};

/* Of one saga, in the order of its steps. */
struct at_work {
    struct arena *arena; /* what is found is copied there */
    struct task_at_work *items;
    uint32_t count;
};

/* Fills in what the engine knows of the saga's attempts, when the saga is in memory; `instance` and
 * `nobody_serves` are for others to say. false: no memory. */
bool engine_at_work(const struct engine *engine, struct span name, struct at_work *open);

#endif
