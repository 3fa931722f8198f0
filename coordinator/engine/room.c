/* room.c - what a saga's memory is for, so that the saga never runs out of memory.
 *
 *     0 ──── 1/2 ──────── 1 ──────── 3/2 ──────────────── 3      of LIMIT_SAGA_MEMORY
 *     │ starts │ results   │ undos    │ what is small and must be written
 *
 * A step that has begun must be able to end, and to be undone. So no step begins any more when half
 * of the memory is used; results have room up to the whole limit, undos up to 3/2 of it. What must
 * be written and cannot be refused is written shorter when it does not fit. Whether there is room
 * is decided when a record is written, by the memory used then, and a replay only repeats the
 * records. It needs as much memory as the run that wrote them, give or take the heads of memory
 * chunks; the last part leaves room for that too.
 *
 * The details of heartbeats are in no record. They have a limit of their own (LIMIT_DETAILS) and
 * are not counted here, for otherwise a step with many details would leave no room for the steps
 * after it. */
#include "engine/room.h"

#include "base/limits.h"
#include "saga/saga.h"

_Static_assert(LIMIT_SAGA_MEMORY / 2 > 4 * LIMIT_VALUE, "a step in the dark is a small one");

_Static_assert(LIMIT_DETAILS <= LIMIT_SAGA_MEMORY / 4, "the last part has room for them");
_Static_assert(LIMIT_DETAILS >= 4 * LIMIT_VALUE, "any details of one step fit");

/* The bytes that the saga has taken, without the details of heartbeats. */
static size_t taken(const struct saga *saga)
{
    PRE(saga->live.details_size <= saga->arena.size);
    return saga->arena.size - saga->live.details_size;
}

bool room_to_start(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    return taken(saga) <= LIMIT_SAGA_MEMORY / 2;
}

bool room_for(const struct saga *saga, size_t size)
{
    PRE(saga->magic == SAGA_MAGIC);
    return taken(saga) + size <= LIMIT_SAGA_MEMORY;
}

bool room_for_details(const struct saga *saga, size_t size)
{
    PRE(size > 0);
    return saga->live.details_size + size <= LIMIT_DETAILS;
}

bool room_to_undo(const struct saga *saga, size_t size)
{
    PRE(saga->magic == SAGA_MAGIC);
    return taken(saga) + size <= LIMIT_SAGA_MEMORY / 2 * 3;
}
