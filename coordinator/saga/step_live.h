/* step_live.h - what is known of a step only until the process ends: see live.h. */
#ifndef SAGA_STEP_LIVE_H
#define SAGA_STEP_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "saga/child_wish.h"
#include "saga/facet_live.h"

/* What the step has asked of the child saga that does its work. */
struct child_watch {
    bool has_asked; /* the child was asked for `wish` since the process began */
    enum child_wish wish;
    /* when to ask again, because the child could not be started; 0 = no need to */
    int64_t again_ms;
    bool called_off; /* the child shall end, though the saga goes forward */
    bool is_there;   /* the child has begun, and will report its end by itself */
};

struct step_live {
    /* when the undo became due, though it may have to wait until the do can act no more; 0 = it is
     * not due */
    int64_t undo_due_ms;
    /* the step and all steps after it are undone or need no undo (engine/backward.c) */
    bool all_clear;
    struct child_watch watch;
    struct step_facets facets;
};

#endif
