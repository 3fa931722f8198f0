/* call_live.h - what is known of a call only until the process ends: see live.h. */
#ifndef SAGA_CALL_LIVE_H
#define SAGA_CALL_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct call_live {
    struct span details; /* what the last heartbeat said about progress */
    size_t details_room; /* bytes that the memory at details.data has */
    /* when the time is over of the last of the attempts that were forgotten */
    int64_t forgotten_over_ms;
};

#endif
