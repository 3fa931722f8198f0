/* fold_claim.c - the concurrency key of a saga, as its records say.
 *
 *   (none) ─► queued ─► held ─► ended ─► queued ─► held ─► ended ...
 *      └────────────────┘                  the second time for a person's reversal
 */
#include "saga/fold_claim.h"

#include "journal/record.h"
#include "saga/saga.h"

#include "saga/no_live.h"

bool fold_claim_started(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_STARTED);
    bool ok = true;
    saga->claim_text = arena_copy(&saga->arena, record->message, &ok);
    bool holds = (record->flags & FLAG_HOLDS) != 0;
    saga->shares_claim = holds && record->message.size == 0;
    saga->claim = holds && record->message.size > 0 ? CLAIM_STATE_HELD : CLAIM_STATE_NONE;
    return ok;
}

bool fold_claim_queued(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_QUEUED);
    bool legal = saga->claim == CLAIM_STATE_NONE || saga->claim == CLAIM_STATE_ENDED;
    bool ok = true;
    saga->claim = CLAIM_STATE_QUEUED;
    struct queued_reversal *turn = &saga->queued;
    *turn = (struct queued_reversal){.flags = record->flags};
    turn->message = arena_copy(&saga->arena, record->message, &ok);
    turn->actor = arena_copy(&saga->arena, record->actor, &ok);
    turn->steps = arena_copy(&saga->arena, record->steps, &ok);
    turn->accept = arena_copy(&saga->arena, record->accept, &ok);
    return ok && legal && saga->claim_text.size > 0;
}

bool fold_claim_admitted(struct saga *saga)
{
    IMPLIES(saga->claim == CLAIM_STATE_QUEUED, saga->claim_text.size > 0);
    bool legal = saga->claim != CLAIM_STATE_HELD && saga->claim_text.size > 0;
    saga->claim = CLAIM_STATE_HELD;
    return legal;
}

void fold_claim_end(struct saga *saga)
{
    IMPLIES(saga->claim == CLAIM_STATE_HELD, saga->claim_text.size > 0);
    saga->claim = saga->claim_text.size > 0 ? CLAIM_STATE_ENDED : CLAIM_STATE_NONE;
}
