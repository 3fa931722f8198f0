/* child_end.h - what a parent hears of its child, when the child has ended or parked. */
#ifndef ENGINE_CHILD_END_H
#define ENGINE_CHILD_END_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/states.h"

struct child_end {
    struct span parent;
    struct span child;
    enum saga_state state; /* NONE: there is no such child, see code */
    bool is_busy;          /* NONE: the child could not be started now; ask again */
    struct span code;      /* why the child has failed; empty when it is completed */
    struct span message;
    struct span actor;        /* TERMINATED: who terminated the child */
    struct span output;       /* COMPLETED: msgpack, or empty */
    int64_t cost_micros;      /* of all attempts of the child */
    int64_t undo_cost_micros; /* the part of that which undos have cost */
};

#endif
