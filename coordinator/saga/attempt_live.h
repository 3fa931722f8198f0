/* attempt_live.h - what is known of an attempt only until the process ends: see live.h. */
#ifndef SAGA_ATTEMPT_LIVE_H
#define SAGA_ATTEMPT_LIVE_H

#include <stdbool.h>
#include <stdint.h>

struct attempt_live {
    /* the task was sent to a session; after a restart: may have been */
    bool left;
    /* sent before the restart, and no participant has said since that it has the attempt */
    bool orphan;
    /* the participant said that its database refuses a do that comes after its undo */
    bool barrier;
    bool called_off; /* the participant was asked to cancel the attempt */
    /* cancelled because schedule_to_start or schedule_to_close was over */
    bool out_of_time;
    /* an instance that came back has said that it took the attempt */
    bool is_named;
    /* sent before the saga was loaded, so that nobody remembers when */
    bool is_of_past;
    /* when the task was sent; with is_of_past: the latest time at which it can have been */
    int64_t left_ms;
    /* when the last heartbeat came; before the first: when it was sent */
    int64_t beat_ms;
};

#endif
