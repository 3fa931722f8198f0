/* open_end.c - the client of an open saga commits or aborts it: one of the two, and for good.
 *
 * Commit, abort, the saga's time limit and a person's rollback may race. The one that is decided
 * first stands, and the others are refused with what was decided. */
#include "engine/open_end.h"

#include <stdio.h>

#include "engine/batch.h"
#include "engine/go_back.h"
#include "engine/open_request.h"
#include "engine/room.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/open.h"

enum { WHY_SIZE = 512 };

bool open_goes_back(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    return saga->direction == BACKWARD || saga->back_wanted ||
           saga->state == SAGA_STATE_COMPENSATED;
}

const char *open_why_over(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    return saga_state_is_final(saga->state) ? "the saga has ended" : "the saga turns back";
}

/* Has the client not said how the step ended, or said that it is in doubt? */
static bool is_undecided(const struct step *step)
{
    PRE(step->open != NULL);
    return step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_IN_DOUBT;
}

/* Names the steps that are not completed, as "not completed: pay, ship"; NULL = all are, or memory
 * ran out (turn->failed). */
static const char *name_undecided(struct turn *turn)
{
    const struct saga *saga = turn->saga;
    char *text = NULL;
    size_t at = 0;
    PRE(saga->open != NULL);
    for (uint32_t i = 0; i < saga->step_total && !turn->failed; i++) {
        const struct step *step = saga_step(saga, i);
        if (!is_undecided(step)) {
            continue;
        }
        if (!text) {
            text = arena_take(&turn->batch->arena, WHY_SIZE);
            turn->failed |= !text;
        }
        if (text && at + step->name.size + 32 < WHY_SIZE) {
            at += (size_t)snprintf(text + at, WHY_SIZE - at, "%s%.*s%s",
                                   at == 0 ? "not completed: " : ", ", (int)step->name.size,
                                   (const char *)step->name.data,
                                   step->state == STEP_STATE_IN_DOUBT ? " (in doubt)" : "");
        }
    }
    return text;
}

enum saga_error open_commit(struct turn *turn, const struct open_request *request,
                            struct open_reply *reply, const char **why)
{
    PRE(request->verb == OPEN_COMMIT);
    const struct saga *saga = turn->saga;
    MAYBE(reply->state == OPEN_STATE_NONE);
    if (open_is_committed(saga) && saga->state != SAGA_STATE_TERMINATED) {
        return SAGA_OK; /* a repeated commit gets the same answer */
    }
    if (open_goes_back(saga) || saga_state_is_final(saga->state)) {
        *why = open_why_over(saga);
        return SAGA_CONFLICT;
    }
    *why = name_undecided(turn);
    if (*why || turn->failed) {
        return SAGA_CONFLICT;
    }
    if (!room_for(saga, request->output.size)) {
        *why = "the saga holds too much to take this output";
        return SAGA_TOO_LARGE;
    }
    struct record record = {.type = RECORD_SAGA_COMMITTED,
                            .code = span_text("committed"),
                            .actor = request->actor,
                            .output = request->output};
    turn_emit(turn, &record);
    return SAGA_OK;
}

enum saga_error open_abort(struct turn *turn, const struct open_request *request,
                           struct open_reply *reply, const char **why)
{
    PRE(request->verb == OPEN_ABORT);
    const struct saga *saga = turn->saga;
    MAYBE(reply->state == OPEN_STATE_NONE);
    if (open_is_committed(saga) || saga->state == SAGA_STATE_TERMINATED) {
        *why = open_is_committed(saga) ? "the saga is committed" : "the saga has ended";
        return SAGA_CONFLICT;
    }
    if (open_goes_back(saga)) {
        return SAGA_OK; /* a repeated abort gets the same answer */
    }
    struct record reason = {.code = request->code.size > 0 ? request->code : span_text("aborted"),
                            .message = request->message,
                            .actor = request->actor};
    go_back(turn, &reason);
    return SAGA_OK;
}
