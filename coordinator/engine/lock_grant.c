/* lock_grant.c - gives a waiting saga its concurrency key, once the key is free and the saga is
 * next. */
#include "engine/lock_grant.h"

#include "engine/event.h"
#include "engine/locks.h"
#include "engine/proceed.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/turn_close.h"
#include "journal/record.h"
#include "saga/saga.h"
#include "saga/steps.h"

enum saga_error locks_grant(struct engine *engine, const struct event *event, struct batch *batch,
                            struct saga *saga)
{
    PRE(event->kind == EVENT_LOCK_FREE);
    /* The completed saga waits for the key so that it can be reversed, but just now undoes a late
     * effect. When that is done it waits for the key again, and is told again. */
    bool is_busy = saga && saga->completed_ms > 0 && saga->state != SAGA_STATE_COMPLETED;
    bool waits = saga && locks_wait(saga) && !is_busy;
    if (!waits || !locks_have_room(engine, saga->definition, saga->lock_text, saga->id)) {
        return SAGA_OK;
    }
    struct turn turn;
    struct queued_reversal back = saga->queued;
    turn_open(&turn, engine, event, batch, saga);
    locks_emit_held(&turn);
    if (saga->state == SAGA_STATE_COMPLETED) {
        struct record record = {.type = RECORD_SAGA_COMPENSATING,
                                .code = span_text("reverse"),
                                .message = back.message,
                                .actor = back.actor,
                                .flags = back.flags,
                                .steps = back.steps,
                                .accept = back.accept};
        turn_emit(&turn, &record);
    }
    proceed(&turn);
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}
