/* fold_person.c - what persons decide of a step: asked, answered, left out. */
#include "saga/fold_person.h"

#include "journal/record.h"
#include "saga/moves.h"
#include "saga/saga.h"

#include "saga/no_live.h"

/* Nothing of it stands, and nothing will be asked for: those that need it go on. */
bool fold_skipped(struct step *step, const struct record *record, int64_t at_ms)
{
    step->by_person = record->actor.size > 0;
    step->wake_ms = 0;
    step->refused = false;
    step->code = (struct span){NULL, 0};
    step->message = (struct span){NULL, 0};
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        fold_close_call(&step->calls[k]);
    }
    return fold_move(step, STEP_STATE_SKIPPED, at_ms);
}

/* It is skipped now, or when its turn comes: those after it wait for what it needs all the same. */
bool fold_skip(struct step *step, const struct record *record)
{
    bool ok = true;
    step->skip_actor = arena_copy(&step->saga->arena, record->actor, &ok);
    step->skip_reason = arena_copy(&step->saga->arena, record->reason, &ok);
    return ok;
}

bool fold_asked(struct step *step, const struct record *record)
{
    step->approval = record->details;
    return step_kind_facts(step->spec->kind)->waits_itself;
}

bool fold_decider(struct step *step, const struct record *record)
{
    bool ok = true;
    step->decider = arena_copy(&step->saga->arena, record->actor, &ok);
    return ok;
}
