/* fold_lock.c - the concurrency key of a saga, as its records say.
 *
 *   (none) ─► queued ─► held ─► ended ─► queued ─► held ─► ended ...
 *      └────────────────┘                  the second time for a person's reversal
 */
#include "saga/fold_lock.h"

#include "journal/record.h"

#include "saga/lock.h"
#include "saga/saga.h"
#include "saga/no_live.h"

bool fold_lock_started(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_STARTED);
    bool ok = true;
    saga->lock_text = arena_copy(&saga->arena, record->message, &ok);
    bool holds = (record->flags & FLAG_HOLDS) != 0;
    saga->shares_lock = holds && record->message.size == 0;
    saga->lock = holds && record->message.size > 0 ? LOCK_STATE_HELD : LOCK_STATE_NONE;
    return ok;
}

bool fold_lock_queued(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_QUEUED);
    bool legal = saga->lock == LOCK_STATE_NONE || saga->lock == LOCK_STATE_ENDED;
    bool ok = true;
    saga->lock = LOCK_STATE_QUEUED;
    struct queued_reversal *turn = &saga->queued;
    *turn = (struct queued_reversal){.flags = record->flags};
    turn->message = arena_copy(&saga->arena, record->message, &ok);
    turn->actor = arena_copy(&saga->arena, record->actor, &ok);
    turn->steps = arena_copy(&saga->arena, record->steps, &ok);
    turn->accept = arena_copy(&saga->arena, record->accept, &ok);
    return ok && legal && saga->lock_text.size > 0;
}

bool fold_lock_held(struct saga *saga)
{
    IMPLIES(saga->lock == LOCK_STATE_QUEUED, saga->lock_text.size > 0);
    bool legal = saga->lock != LOCK_STATE_HELD && saga->lock_text.size > 0;
    saga->lock = LOCK_STATE_HELD;
    return legal;
}

void fold_lock_end(struct saga *saga)
{
    IMPLIES(saga->lock == LOCK_STATE_HELD, saga->lock_text.size > 0);
    saga->lock = saga->lock_text.size > 0 ? LOCK_STATE_ENDED : LOCK_STATE_NONE;
}
