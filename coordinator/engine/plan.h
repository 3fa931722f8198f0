/* plan.h - the undo plan: what would be undone, in which order, with what; and what could not be.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "base/error.h"
#include "base/span.h"

struct arena;
struct definition;
struct saga;

/* What a rollback or reversal would do: the undo plan. */
struct plan_item {
    uint32_t order; /* from 1; items of one order may run together */
    struct span step;
    struct span action; /* empty when irrevocable */
    struct span input;  /* msgpack of what will be sent; empty when irrevocable */
    bool in_doubt;
    bool irrevocable; /* has no compensation: needs `accept` */
};

struct plan {
    struct span saga;
    uint64_t seq;
    char digest[65]; /* hex SHA-256 over all of it, seq included */
    const struct plan_item *items;
    uint32_t item_count;
    const struct span *kept; /* names of steps that stay as they are */
    uint32_t kept_count;
};

/* Which plan. */
struct plan_request {
    const struct definition *definition;
    const struct span *steps; /* names of the steps to reverse */
    uint32_t steps_count;     /* 0 = all */
    struct span to;           /* a save-point: what depends on it; empty = none */
    int64_t now_ms;           /* for the reversal window */
};

/* What an undo of the chosen steps would do, from the state. NULL steps = all. */
enum saga_error plan_make(struct saga *saga, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why);

#endif
