/* fold_wait.c - the records of steps that ask no participant: they wait, take an event, or send
 * one. */
#include "saga/fold_wait.h"

#include "base/mp.h"
#include "journal/record.h"
#include "saga/fold_attempt.h"
#include "saga/fold_person.h"
#include "saga/items.h"
#include "saga/keys.h"
#include "saga/moves.h"
#include "saga/saga.h"

#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/no_live.h"

/* Sets until when the step waits. Journals of body format 1 had one clock, and so only one time,
 * which was that of what ended the wait first. */
static void set_wait(struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_STEP_WAITING);
    int64_t from_ms = step->saga->moment.running_ms;
    int64_t limit_ms = from_ms + step->spec->action.timeouts.schedule_to_close_ms;
    bool is_old = step->spec->sleep_until && record->until_ms == 0 && record->due_ms != limit_ms;
    step->wait_from_ms = from_ms;
    step->wake_ms = is_old ? 0 : record->due_ms;
    step->until_ms = is_old ? record->due_ms : record->until_ms;
}

/* The step asks for a child saga; or its child waits for a person (code child_parked), or no longer
 * does. */
static bool fold_child(struct step *step, struct call *call, const struct record *record,
                       int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_WAITING);
    if (!call || span_is(record->code, "child_parked")) {
        return call && fold_keep_error(step, call, record);
    }
    if (span_is(record->code, "child_goes_on")) {
        const struct record none = {.type = record->type};
        return fold_keep_error(step, call, &none);
    }
    if (record->run != call->run + 1 || !fold_open_run(call, record)) {
        return false;
    }
    call->retry_ms = 0;
    step->child = step_child_name(step, record->run);
    set_wait(step, record);
    step->started_ms = step->started_ms ? step->started_ms : at_ms;
    step->started_seq = step->started_seq ? step->started_seq : step->saga->seq;
    return step->child.size > 0 && fold_move(step, STEP_STATE_WAITING, at_ms);
}

bool fold_waiting(struct step *step, struct call *call, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_WAITING);
    if (step_kind_facts(step->spec->kind)->has_child) {
        return fold_child(step, call, record, at_ms);
    }
    if (record->attempt == 0) {
        step->started_ms = at_ms;
        step->started_seq = step->saga->seq;
        set_wait(step, record);
        return fold_asked(step, record) && fold_move(step, STEP_STATE_WAITING, at_ms);
    }
    struct attempt *attempt = call ? call_attempt(call, record->run, record->attempt) : NULL;
    if (!attempt) {
        return false;
    }
    if (attempt->untaken) {
        /* An instance had said that nobody took the attempt, and was wrong: a participant acts on
         * it, and nobody knows yet what comes of that. */
        attempt->untaken = false;
        attempt->answered = false;
        attempt->state = ATTEMPT_DOUBT;
    }
    attempt->later = true;
    attempt->timed_out = false; /* `later` gives the attempt more time: the time that was over is
                                   not its limit any more */
    attempt->verdict = (record->flags & FLAG_LATE) ? VERDICT_LATE : VERDICT_OK;
    return true;
}

bool fold_woken(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_WOKEN);
    step->wake_ms = 0;
    step->until_ms = 0;
    step->refused = record->code.size > 0;
    if (step->refused) {
        return fold_keep_error(step, step_call(step, TASK_DO), record) && fold_fail(step, at_ms);
    }
    step->output = record->output.size > 0 ? record->output : MP_NIL_VALUE;
    if (step->fan) {
        step->output = fan_output(step);
        return step->output.size > 0 && fold_move(step, STEP_STATE_SUCCEEDED, at_ms);
    }
    bool undo = step->saga->direction == BACKWARD && step->chosen && step->spec->has_undo;
    step_set_undo(step, undo ? UNDO_STATE_PENDING : step->undo_state);
    return fold_move(step, STEP_STATE_SUCCEEDED, at_ms);
}

bool fold_event(struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_EVENT_RECEIVED);
    step->event_mark = record->mark;
    return step_kind_facts(step->spec->kind)->takes_event && step->state == STEP_STATE_WAITING;
}

bool fold_emitted(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_EMITTED);
    struct call *call = step_call(step, TASK_DO);
    if (record->run != call->run + 1 || !fold_open_run(call, record)) {
        return false;
    }
    step->started_ms = at_ms;
    step->started_seq = step->saga->seq;
    step->output = record->output;
    return step_kind_facts(step->spec->kind)->emits && fold_move(step, STEP_STATE_SUCCEEDED, at_ms);
}
