/* fold_saga.c - the records of a saga as a whole: started, ended, parked, paused, moved on by a
 * person. */
#include "saga/fold_saga.h"

#include "journal/record.h"
#include "journal/verb.h"
#include "saga/fold_backward.h"
#include "saga/fold_lock.h"
#include "saga/fold_fan.h"
#include "saga/fold_old_keys.h"
#include "saga/fold_open.h"
#include "saga/fold_person.h"
#include "saga/moves.h"
#include "saga/saga.h"

#include "saga/no_live.h"

/* The saga's time limit counts from when it begins. */
static void set_deadline(struct saga *saga)
{
    PRE(saga->has_begun);
    int64_t limit_ms = saga->definition->timeout_ms;
    saga->deadline_ms = limit_ms > 0 ? saga->moment.running_ms + limit_ms : 0;
}

void fold_begin(struct saga *saga)
{
    PRE(saga->state != SAGA_STATE_NONE);
    /* Before start_at a person may have skipped a step, which does not count as a beginning. */
    if (!saga->has_begun && saga->moment.host_ms >= saga->start_at_ms) {
        saga->has_begun = true;
        set_deadline(saga);
    }
}

bool fold_started(struct saga *saga, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_SAGA_STARTED);
    if (!fold_move_saga(saga, SAGA_STATE_RUNNING)) {
        return false;
    }
    saga->started_ms = at_ms;
    saga->start_at_ms = record->due_ms;
    saga->has_begun = record->due_ms <= saga->moment.host_ms;
    saga->input = record->input;
    saga->labels = record->labels;
    saga->event = record->event;
    saga->event_mark = record->mark;
    bool ok = fold_terms(saga, record);
    saga->traceparent = arena_copy(&saga->arena, record->traceparent, &ok);
    saga->tracestate = arena_copy(&saga->arena, record->tracestate, &ok);
    if (saga->has_begun) {
        set_deadline(saga);
    }
    return ok && fold_lock_started(saga, record);
}

static bool fold_terminated(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_TERMINATED);
    bool ok = fold_move_saga(saga, SAGA_STATE_TERMINATED);
    saga->paused = false;
    saga->end_actor = arena_copy(&saga->arena, record->actor, &ok);
    saga->end_reason = arena_copy(&saga->arena, record->reason, &ok);
    return ok;
}

static bool fold_completed(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_COMPLETED);
    saga->direction = FORWARD;
    saga->output = record->output.size > 0 ? record->output : saga->output;
    saga->completed_ms = saga->completed_ms > 0 ? saga->completed_ms : saga->moment.running_ms;
    return fold_move_saga(saga, SAGA_STATE_COMPLETED);
}

bool fold_ended(struct saga *saga, const struct record *record, int64_t at_ms)
{
    bool ok = record->type == RECORD_SAGA_COMPLETED ? fold_completed(saga, record)
              : record->type == RECORD_SAGA_TERMINATED
                  ? fold_terminated(saga, record)
                  : fold_move_saga(saga, SAGA_STATE_COMPENSATED);
    saga->ended_ms = at_ms;
    fold_lock_end(saga);
    IMPLIES(ok, saga_state_is_final(saga->state));
    return ok;
}

/* Lets a parked saga go on in its direction; a saga that is not parked stays as it is. */
static bool unpark(struct saga *saga)
{
    enum saga_state to = saga->direction == BACKWARD ? SAGA_STATE_COMPENSATING : SAGA_STATE_RUNNING;
    bool ok = saga->state != SAGA_STATE_PARKED || fold_move_saga(saga, to);
    POST(saga->state != SAGA_STATE_PARKED);
    return ok;
}

bool fold_paused(struct saga *saga, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_SAGA_PAUSED || record->type == RECORD_SAGA_RESUMED);
    if (record->type == RECORD_SAGA_RESUMED && span_is(record->code, "save_point")) {
        return fold_forward_again(saga, at_ms);
    }
    /* The record with the code "result" lets a parked saga go on because a result came; whether a
     * person has paused the saga stays as it is. */
    bool ok = true;
    if (!span_is(record->code, "result")) {
        saga->paused = record->type == RECORD_SAGA_PAUSED;
        struct span actor = saga->paused ? record->actor : (struct span){NULL, 0};
        saga->pause_actor = arena_copy(&saga->arena, actor, &ok);
    }
    return ok && unpark(saga);
}

static bool fold_rollback(struct saga *saga, const struct step *to, const struct record *record)
{
    PRE(record->verb == VERB_ROLLBACK);
    if (!fold_mark(saga, record->accept, false) ||
        !fold_want_back(saga, span_text("rollback"), record->reason, record->actor)) {
        return false;
    }
    saga->back_to = to && (record->flags & FLAG_SAVE_POINT) ? record->step + 1 : 0;
    saga->back_then_pause = (record->flags & FLAG_THEN_PAUSE) != 0;
    return true;
}

bool fold_operator(struct saga *saga, struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_OPERATOR);
    /* A person wanted the saga to go back, and its pivot succeeded before that: the wish is
     * dropped. */
    if (span_is(record->code, "conflict")) {
        saga->back_wanted = false;
        return true;
    }
    switch ((enum verb)record->verb) {
    case VERB_ROLLBACK:
        return unpark(saga) && fold_rollback(saga, step, record);
    case VERB_RETRY:
        return unpark(saga) && step && fold_retry(step, record, at_ms);
    case VERB_RESOLVE:
        return unpark(saga);
    case VERB_SKIP:
        return unpark(saga) && step && fold_skip(step, record);
    case VERB_REVERSE:
    case VERB_PAUSE:
    case VERB_RESUME:
    case VERB_TERMINATE:
    case VERB_APPROVE:
    case VERB_REJECT:
    case VERB_MIGRATE:
    case VERB_SIGNAL:
    case VERB_COUNT:
        break;
    }
    return true;
}
