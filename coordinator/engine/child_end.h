/* child_end.h - what a parent saga is told of its child: that the child has ended, is parked, goes
 * on, or could not be started. */
#ifndef ENGINE_CHILD_END_H
#define ENGINE_CHILD_END_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"

struct child_end {
    struct span parent;
    struct span child;
    enum saga_state state; /* the child's state; NONE: there is no child, and `code` says why */
    /* with state NONE: there is no room for the child now, and the parent asks again later */
    bool is_busy;
    /* error code: why the child has failed or is parked; empty when the child is completed */
    struct span code;
    struct span message;
    struct span actor;        /* of a terminated child: the person who terminated it */
    struct span output;       /* of a completed child: its output as msgpack, may be empty */
    int64_t cost_micros;      /* millionths of a US dollar, for all attempts of the child */
    int64_t undo_cost_micros; /* the part of cost_micros that the child's undos have cost */
};

#endif
