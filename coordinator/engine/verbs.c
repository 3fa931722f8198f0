/* verbs.c - carries out the verbs, which are what persons ask of a saga: checks each against the
 * saga's state, writes it down, then does it.
 *
 * A refused verb changes nothing, and the person is told why. An accepted verb is first written as
 * an OPERATOR record that says who asked and why, before any record of what follows from it. */
#include "engine/verbs.h"

#include "engine/kinds/approval.h"
#include "engine/migrate.h"
#include "engine/room.h"
#include "engine/signal.h"
#include "engine/skip.h"
#include "engine/turn.h"
#include "engine/verb_back.h"
#include "engine/verb_parts.h"
#include "engine/verb_request.h"
#include "engine/verb_resolve.h"
#include "engine/verb_retry.h"
#include "journal/record.h"
#include "saga/saga.h"

static enum saga_error pause(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb == VERB_PAUSE || verb->verb == VERB_RESUME);
    bool want = verb->verb == VERB_PAUSE;
    if (saga_state_is_final(turn->saga->state)) {
        *why = "the saga has ended";
        return SAGA_CONFLICT;
    }
    struct record said = verb_record(verb);
    turn_emit(turn, &said);
    if (turn->saga->paused != want) {
        struct record record = {.type = want ? RECORD_SAGA_PAUSED : RECORD_SAGA_RESUMED,
                                .actor = verb->actor,
                                .reason = verb->reason};
        turn_emit(turn, &record);
    }
    return SAGA_OK;
}

typedef enum saga_error (*verb_fn)(struct turn *turn, const struct verb_request *verb,
                                   const char **why);

static const verb_fn verbs[VERB_COUNT] = {
    [VERB_ROLLBACK] = rollback_do,   [VERB_REVERSE] = reverse_do, [VERB_RETRY] = retry_do,
    [VERB_RESOLVE] = resolve_do,     [VERB_PAUSE] = pause,        [VERB_RESUME] = pause,
    [VERB_TERMINATE] = terminate_do, [VERB_SKIP] = skip_do,       [VERB_APPROVE] = approval_do,
    [VERB_REJECT] = approval_do,     [VERB_MIGRATE] = migrate,    [VERB_SIGNAL] = signal_saga,
};

/* Is it a verb that makes sense only for a saga with a definition? On an open saga, whose steps its
 * client decides, it is refused. */
static bool is_of_definitions(const struct verb_request *verb)
{
    PRE(verb->verb < VERB_COUNT);
    return verb->verb == VERB_SKIP || verb->verb == VERB_MIGRATE ||
           (verb->verb == VERB_ROLLBACK && verb->to.size > 0);
}

enum saga_error verb_do(struct turn *turn, const struct verb_request *verb, const char **why)
{
    PRE(verb->verb < VERB_COUNT);
    *why = NULL;
    if (verb->reason.size == 0) {
        *why = "a reason is required";
        return SAGA_INVALID;
    }
    if (verb->if_seq > 0 && verb->if_seq != turn->saga->seq) {
        *why = "the saga has moved";
        return SAGA_PRECONDITION_FAILED;
    }
    if (turn->saga->open && is_of_definitions(verb)) {
        *why = "the saga is open: its steps are its client's, and no definition says what follows";
        return SAGA_CONFLICT;
    }
    /* Two records will hold the value: the one of the verb, and the one of what follows from it. */
    if (!room_for(turn->saga, 2 * (verb->input.size + verb->output.size))) {
        *why = "the saga holds too much to take this value";
        return SAGA_TOO_LARGE;
    }
    enum saga_error rc = verbs[verb->verb](turn, verb, why);
    POST(rc == SAGA_OK || turn->failed || *why);
    return rc;
}
