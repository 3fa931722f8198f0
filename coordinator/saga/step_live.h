/* step_live.h - what only this process's life knows of a step: see live.h. */
#ifndef SAGA_STEP_LIVE_H
#define SAGA_STEP_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "saga/child_wish.h"
#include "saga/facet_live.h"

/* What was asked of the child that does a step's work. */
struct child_watch {
    bool has_asked; /* the child was asked for something, in this process's life */
    enum child_wish wish;
    int64_t again_ms; /* when to ask again for a child that could not be started; 0 = no need to */
    bool called_off;  /* the child shall end, though the saga goes forward */
    bool is_there;    /* the child has begun, and will say by itself when it has ended */
};

struct step_live {
    int64_t undo_due_ms; /* since when the step's undo could have left; 0 = it could not */
    bool all_clear;      /* the step and all steps after it are done (backward.c) */
    struct child_watch watch;
    struct step_facets facets;
};

#endif
