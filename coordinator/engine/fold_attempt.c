/* fold_attempt.c - attempts as records make them: added, adopted, and at some time forgotten. */
#include "engine/fold_parts.h"

bool fold_adopt(struct call *call, const struct record *record)
{
    struct attempt *adopted = call_attempt(call, record->run, record->attempt);
    if (!adopted || adopted->answered) {
        return false;
    }
    for (struct attempt *a = call->attempts; a && a != adopted; a = a->older) {
        /* It may have left in the meantime: in doubt until it is known that it did not. */
        if (a->state == ATTEMPT_OPEN) {
            a->state = ATTEMPT_DOUBT;
        }
    }
    adopted->state = ATTEMPT_OPEN;
    call->newest = adopted;
    return true;
}

/* Takes a forgotten attempt out of the list, to be used anew; NULL = none to spare. Its answer can
 * not end its doubt any more; a success of the key can, or a check. */
static struct attempt *reuse(struct call *call)
{
    struct attempt *spare = call_spare(call);
    if (!spare) {
        return NULL;
    }
    struct attempt **at = &call->attempts;
    while (*at != spare) {
        at = &(*at)->older;
    }
    *at = spare->older;
    call->forgot_unanswered |= !spare->answered;
    call->forgot_doubt |= spare->state == ATTEMPT_DOUBT;
    *spare = (struct attempt){0};
    return spare;
}

bool fold_add_attempt(struct call *call, const struct record *record, int64_t at_ms)
{
    struct attempt *attempt = reuse(call);
    if (!attempt) {
        attempt = ARENA_NEW(&call->step->saga->arena, struct attempt);
        call->attempt_count++;
    }
    if (!attempt) {
        return false;
    }
    memcpy(attempt->token, record->token, TOKEN_SIZE);
    attempt->run = record->run;
    attempt->number = record->attempt;
    attempt->state = ATTEMPT_OPEN;
    attempt->intended_ms = at_ms;
    attempt->call = call;
    attempt->of_undo = call->of_undo;
    attempt->older = call->attempts;
    call->attempts = attempt;
    call->newest = attempt;
    call->number_last = record->attempt;
    return true;
}
