/* placement.h - lets the core choose the participant of an attempt, before the attempt's record is
 * written, so that the record says for whom the attempt was. */
#ifndef ENGINE_PLACEMENT_H
#define ENGINE_PLACEMENT_H

#include <stdint.h>

#include "base/span.h"
#include "journal/row.h"

/* The participant that was chosen for one attempt. */
struct placed {
    /* the only session that the attempt may be sent to; 0 = any that has room when it is sent */
    uint64_t session;
    struct span instance; /* name of the participant's process behind that session; empty = any */
};

/* Functions of the core that the engine calls during an event; what they choose counts as part of
 * the event, as its time does. */
struct placement {
    /* Chooses a session that offers the action, and keeps one of its slots free until the task
     * comes. The instance's name is borrowed until the next call. */
    struct placed (*choose)(struct span action, enum task_kind kind, int64_t now_ms, void *arg);
    /* Frees the slot again: the task for which choose() gave this session (0: none) will not come.
     */
    void (*give_back)(struct span action, enum task_kind kind, uint64_t session, void *arg);
    void *arg;
};

#endif
