/* at_work.h - what no record says of the attempts that a saga's participants work on now: when each
 * was sent, how much time it has left, and what its participant said last. */
#ifndef ENGINE_AT_WORK_H
#define ENGINE_AT_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"

struct arena;
struct engine;

enum { AT_WORK_MAX = 256 }; /* how many attempts are listed: a fan-out may have thousands running */

struct task_at_work {
    uint32_t step; /* the step's index among all steps of the saga */
    enum task_kind kind;
    bool of_undo; /* of a check: the check asks about the step's undo, not about its do */
    uint32_t number;
    struct span key;
    struct span action;
    int64_t intended_ms;
    int64_t sent_ms;   /* 0 = not sent yet: the attempt waits for a participant */
    int64_t heard_ms;  /* when the last heartbeat named this attempt; 0 = none has */
    int64_t until_ms;  /* when the attempt runs out of time; INT64_MAX = never */
    const char *limit; /* the name of the time-out that ends at until_ms: a literal */
    struct span details;
    /* the participant's process that has the attempt; empty = the peers do not know */
    struct span instance;
    bool nobody_serves; /* the attempt waits, and no participant offers its action */
};

/* The attempts that one saga has at participants, in the order of its steps. */
struct at_work {
    struct arena *arena; /* the caller's memory: all texts of the items are copied there */
    struct task_at_work *items;
    uint32_t count;
};

/* Fills `open` with what the engine knows of the attempts of the saga `name`; if the saga is not in
 * memory the list is empty. `instance` and `nobody_serves` are left for the caller to fill in.
 * Returns false when memory runs out. */
bool engine_at_work(const struct engine *engine, struct span name, struct at_work *open);

#endif
