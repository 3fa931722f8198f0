/* call_live.h - what only this process's life knows of a call: see live.h. */
#ifndef SAGA_CALL_LIVE_H
#define SAGA_CALL_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct call_live {
    struct span details;       /* of the last heartbeat */
    size_t details_room;       /* bytes behind details.data */
    int64_t forgotten_over_ms; /* when the time of the last of the forgotten attempts is over */
};

#endif
