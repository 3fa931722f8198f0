/* plan.h - the undo plan that a person sees before a rollback or reversal: which steps would be
 * undone, in which order and with what input, and which cannot be. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "base/error.h"
#include "base/span.h"

struct arena;
struct definition;
struct saga;

/* One step of the undo plan: what a rollback or reversal would do about it. */
struct plan_item {
    /* place of the undo in the order, from 1; undos of the same place may run together; 0 =
     * irrevocable */
    uint32_t order;
    struct span step;
    struct span action; /* the undo's action; empty when the step is irrevocable */
    struct span input;  /* the undo's input as msgpack; empty when the step is irrevocable */
    bool in_doubt;
    /* the step has or may have an effect and no compensation: a person must name it in `accept` */
    bool irrevocable;
};

struct plan {
    struct span saga;
    uint64_t seq;
    char digest[65]; /* SHA-256 over the whole plan, the saga's seq included, in hex */
    const struct plan_item *items;
    uint32_t item_count;
    const struct span *kept; /* names of steps that stay as they are */
    uint32_t kept_count;
};

/* What a plan is asked for: all steps, some, or those after a save-point. */
struct plan_request {
    const struct definition *definition;
    const struct span *steps; /* names of the steps to reverse */
    uint32_t steps_count;     /* how many; 0 = all steps are reversed */
    /* a save-point: only steps that depend on the step of this name are undone; empty = none */
    struct span to;
    /* running time: a completed saga can be reversed only until its reversal window is over */
    int64_t now_ms;
};

/* Makes the plan for undoing the chosen steps, in the arena's memory, and changes nothing. Errors:
 * SAGA_CONFLICT, SAGA_NOT_FOUND (the saga has no step of a name that was given) with *why, a
 * literal; SAGA_NO_MEMORY. */
enum saga_error plan_make(struct saga *saga, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why);

#endif
