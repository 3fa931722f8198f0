/* placement.h - whom an attempt is for: chosen before its record is written, by who knows. */
#ifndef ENGINE_PLACEMENT_H
#define ENGINE_PLACEMENT_H

#include <stdint.h>

#include "base/span.h"
#include "journal/row.h"

/* Whom one attempt is for. */
struct placed {
    uint64_t session;     /* the only one that it may go to; 0 = any that has room then */
    struct span instance; /* of the participant behind that session; empty = any */
};

/* Comes with an event, as its entropy does: what is chosen is part of the event. */
struct placement {
    /* Chooses a session that offers the action, and keeps a slot of it free until the task comes.
     * The instance is borrowed until the next call. */
    struct placed (*choose)(struct span action, enum task_kind kind, int64_t now_ms, void *arg);
    /* The task for which choose() gave this session (or none) will not come after all. */
    void (*give_back)(struct span action, enum task_kind kind, uint64_t session, void *arg);
    void *arg;
};

#endif
