/* plan.h - the undo plan: what would be undone, in which order, with what; and what could not be.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "base/error.h"
#include "base/span.h"

struct arena;
struct definition;
struct saga;

/* One step of the undo plan: what a rollback or reversal would do. */
struct plan_item {
    uint32_t order; /* from 1; items of one order may run together */
    struct span step;
    struct span action; /* empty when irrevocable */
    struct span input;  /* msgpack of what will be sent; empty when irrevocable */
    bool in_doubt;
    bool irrevocable; /* the step has no compensation: the person must name it in `accept` */
};

struct plan {
    struct span saga;
    uint64_t seq;
    char digest[65]; /* hex SHA-256 over the whole plan, seq included */
    const struct plan_item *items;
    uint32_t item_count;
    const struct span *kept; /* names of steps that stay as they are */
    uint32_t kept_count;
};

/* Which steps a plan is about. */
struct plan_request {
    const struct definition *definition;
    const struct span *steps; /* names of the steps to reverse */
    uint32_t steps_count;     /* 0 = all */
    struct span to;           /* a save-point: the steps that depend on this one; empty = none */
    int64_t now_ms;           /* for the reversal window */
};

/* What an undo of the chosen steps would do, in the arena: nothing is changed. SAGA_CONFLICT,
 * SAGA_NOT_FOUND (no such step) with *why, a literal; SAGA_NO_MEMORY. */
enum saga_error plan_make(struct saga *saga, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why);

#endif
