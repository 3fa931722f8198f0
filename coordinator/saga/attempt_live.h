/* attempt_live.h - what only this process's life knows of an attempt: see live.h. */
#ifndef SAGA_ATTEMPT_LIVE_H
#define SAGA_ATTEMPT_LIVE_H

#include <stdbool.h>
#include <stdint.h>

struct attempt_live {
    bool left;        /* sent to a session (after a restart: taken to be) */
    bool orphan;      /* sent before the restart, and no participant has named it yet */
    bool barrier;     /* the participant's database refuses a do after its undo */
    bool called_off;  /* `cancel` was asked for */
    bool out_of_time; /* called off because of schedule_to_start or schedule_to_close */
    bool is_named;    /* an instance that came back has said that it took the attempt */
    bool is_of_past;  /* sent before the saga was loaded: nobody remembers when */
    int64_t left_ms;  /* when it was sent; of the past: at the latest */
    int64_t beat_ms;  /* last heartbeat, or when it was sent */
};

#endif
