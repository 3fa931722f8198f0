/* fold.c - records make state: the only code that writes the durable part of a saga.
 *
 * The same function serves the live engine, which folds each record as it decides it, and recovery,
 * which folds the records that the store kept. fold() decides nothing. What a record may do to a
 * step, and to a saga, is in the tables of moves.c; a record that asks for anything else is corrupt
 * (replay) or a bug (live). What each record means stands in the files fold_*.c. */
#include "saga/fold.h"

#include "journal/record.h"
#include "saga/fold_backward.h"
#include "saga/fold_confirm.h"
#include "saga/fold_lock.h"
#include "saga/fold_fan.h"
#include "saga/fold_migrate.h"
#include "saga/fold_open.h"
#include "saga/fold_person.h"
#include "saga/fold_result.h"
#include "saga/fold_saga.h"
#include "saga/fold_wait.h"
#include "saga/items.h"
#include "saga/moves.h"
#include "saga/open.h"
#include "saga/saga.h"

#include "saga/record_steps.h"
#include "saga/no_live.h"

/* The record tells the deadline of the step's undo; or, with a code, that somebody has been alerted
 * because the deadline is near. */
static bool fold_deadline(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_UNDO_DEADLINE);
    if (span_is(record->code, "undo_deadline_near")) {
        step->undo_before_told_ms = at_ms;
        return true;
    }
    step->undo_before_ms = record->due_ms;
    return record->due_ms > 0;
}

static void fold_retry_scheduled(struct step *step, struct call *call, const struct record *record,
                                 int64_t at_ms)
{
    PRE(record->type == RECORD_RETRY_SCHEDULED);
    call->retry_ms = record->due_ms;
    if (call->kind == TASK_CONFIRM) {
        step->open->confirm_stuck |= (record->flags & FLAG_STUCK) != 0;
    } else if (record->flags & FLAG_STUCK) {
        step->stuck = true;
        step->stuck_ms = at_ms;
    }
}

static bool fold_parked(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_PARKED);
    if (record->kind == TASK_CONFIRM && step->open) {
        fold_confirm(step, UNDO_STATE_PARKED);
    }
    struct call *undo = step_call(step, TASK_UNDO);
    step->parked_ms = at_ms;
    if (record->kind != TASK_UNDO) {
        return fold_move(step, STEP_STATE_PARKED, at_ms);
    }
    undo->spent = false;
    if (undo->late_effect) {
        step->late_undo_state = UNDO_STATE_PARKED;
        return true;
    }
    step_set_undo(step, UNDO_STATE_PARKED);
    return fold_move(step, STEP_STATE_PARKED, at_ms);
}

static bool fold_kept(struct step *step, const struct record *record, int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_KEPT);
    step_set_undo(step, UNDO_STATE_NONE);
    return fold_move(step, STEP_STATE_KEPT, at_ms);
}

/* The time to go back has come for the undo of this step, or it has passed already (STALE). */
static bool fold_undo_due(struct saga *saga, struct step *step, const struct record *record)
{
    PRE(record->type == RECORD_UNDO_DUE);
    if (!step) {
        return false;
    }
    step->undo_before_due = true;
    return (record->flags & FLAG_STALE) || fold_want_back(saga, span_text("undo_deadline"),
                                                          record->message, (struct span){NULL, 0});
}

static bool fold_timed_out(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_TIMED_OUT);
    saga->timed_out = true;
    return (record->flags & FLAG_STALE) ||
           fold_want_back(saga, span_text("timeout"), record->message, (struct span){NULL, 0});
}

static bool fold_saga(struct saga *saga, struct step *step, const struct record *record,
                      int64_t at_ms)
{
    PRE(!step || step->saga == saga);
    switch (record->type) {
    case RECORD_SAGA_STARTED:
        return fold_started(saga, record, at_ms);
    case RECORD_SAGA_COMPENSATING:
        return fold_compensating(saga, record, at_ms);
    case RECORD_SAGA_COMPLETED:
    case RECORD_SAGA_COMPENSATED:
    case RECORD_SAGA_TERMINATED:
        return fold_ended(saga, record, at_ms);
    case RECORD_SAGA_PARKED:
        return fold_move_saga(saga, SAGA_STATE_PARKED);
    case RECORD_SAGA_QUEUED:
        return fold_lock_queued(saga, record);
    case RECORD_SAGA_LOCKED:
        return fold_lock_held(saga);
    case RECORD_SAGA_PAUSED:
    case RECORD_SAGA_RESUMED:
        return fold_paused(saga, record, at_ms);
    case RECORD_SAGA_TIMED_OUT:
        return fold_timed_out(saga, record);
    case RECORD_UNDO_DUE:
        return fold_undo_due(saga, step, record);
    case RECORD_SAGA_MIGRATED:
        return saga_migrate(saga, definition_version(saga->definition, record->version));
    case RECORD_STEP_REGISTERED:
        return fold_registered(saga, step, record, at_ms);
    case RECORD_SAGA_COMMITTED:
        return fold_committed(saga, record);
    case RECORD_OPERATOR:
        return fold_operator(saga, step, record, at_ms);
    case RECORD_STEP_COMPLETED:
    case RECORD_TASK_INTENDED:
    case RECORD_TASK_SUCCEEDED:
    case RECORD_TASK_FAILED:
    case RECORD_TASK_IN_DOUBT:
    case RECORD_TASK_LATE:
    case RECORD_RETRY_SCHEDULED:
    case RECORD_STEP_WAITING:
    case RECORD_STEP_WOKEN:
    case RECORD_STEP_SKIPPED:
    case RECORD_STEP_ITEMS:
    case RECORD_EVENT_RECEIVED:
    case RECORD_STEP_EMITTED:
    case RECORD_UNDO_DEADLINE:
    case RECORD_STEP_KEPT:
    case RECORD_STEP_PARKED:
    case RECORD_STEP_RESOLVED:
    case RECORD_COUNT:
        break;
    }
    return false;
}

static bool fold_step(struct step *step, struct call *call, const struct record *record,
                      int64_t at_ms)
{
    PRE(!call || call->step == step);
    switch (record->type) {
    case RECORD_TASK_INTENDED:
        return fold_intended(step, call, record, at_ms);
    case RECORD_TASK_SUCCEEDED:
        return fold_succeeded(step, call, record, at_ms);
    case RECORD_TASK_FAILED:
        return fold_failed(step, call, record, at_ms);
    case RECORD_TASK_IN_DOUBT:
        return fold_doubt(step, call, record, at_ms);
    case RECORD_TASK_LATE:
        return fold_late(step, call, record, at_ms);
    case RECORD_RETRY_SCHEDULED:
        fold_retry_scheduled(step, call, record, at_ms);
        return true;
    case RECORD_STEP_WAITING:
        return fold_waiting(step, call, record, at_ms);
    case RECORD_STEP_WOKEN:
        return fold_decider(step, record) && fold_woken(step, record, at_ms);
    case RECORD_STEP_SKIPPED:
        return fold_skipped(step, record, at_ms);
    case RECORD_EVENT_RECEIVED:
        return fold_event(step, record);
    case RECORD_STEP_EMITTED:
        return fold_emitted(step, record, at_ms);
    case RECORD_UNDO_DEADLINE:
        return fold_deadline(step, record, at_ms);
    case RECORD_STEP_ITEMS:
        return fold_items(step, record, at_ms);
    case RECORD_STEP_KEPT:
        return fold_kept(step, record, at_ms);
    case RECORD_STEP_PARKED:
        return fold_parked(step, record, at_ms);
    case RECORD_STEP_RESOLVED:
        return fold_resolved(step, record, at_ms);
    case RECORD_STEP_COMPLETED:
        return fold_completed_by_client(step, call, record, at_ms);
    case RECORD_STEP_REGISTERED:
    case RECORD_SAGA_COMMITTED:
    case RECORD_SAGA_STARTED:
    case RECORD_SAGA_COMPENSATING:
    case RECORD_SAGA_COMPLETED:
    case RECORD_SAGA_COMPENSATED:
    case RECORD_SAGA_PARKED:
    case RECORD_SAGA_TERMINATED:
    case RECORD_SAGA_QUEUED:
    case RECORD_SAGA_LOCKED:
    case RECORD_SAGA_PAUSED:
    case RECORD_SAGA_RESUMED:
    case RECORD_SAGA_TIMED_OUT:
    case RECORD_UNDO_DUE:
    case RECORD_SAGA_MIGRATED:
    case RECORD_OPERATOR:
    case RECORD_COUNT:
        break;
    }
    return false;
}

/* A cost is 0 to 2^53 - 1 millionths; should a thousand absurd ones add up to too much, the sum
 * stays at the greatest number and does not become negative. */
static int64_t add_cost(int64_t sum, int64_t cost)
{
    PRE(sum >= 0);
    PRE(cost >= 0);
    return cost > INT64_MAX - sum ? INT64_MAX : sum + cost;
}

static void add_costs(struct saga *saga, struct step *step, const struct record *record)
{
    int64_t cost = record->cost_micros;
    PRE(cost >= 0);
    if (cost == 0) {
        return;
    }
    const struct call *check =
        step && record->kind == TASK_CHECK ? step_call(step, TASK_CHECK) : NULL;
    bool of_check = check && check->of_undo;
    bool of_undo = record->kind == TASK_UNDO || of_check;
    saga->cost_micros = add_cost(saga->cost_micros, cost);
    saga->undo_cost_micros = add_cost(saga->undo_cost_micros, of_undo ? cost : 0);
    if (step) {
        step->cost_micros = add_cost(step->cost_micros, cost);
    }
    if (step && step->container) {
        step->container->cost_micros = add_cost(step->container->cost_micros, cost);
    }
}

/* Is the record about a step, rather than about the saga as a whole (even if it names a step)? */
static bool is_of_step(const struct record *record)
{
    return record->type >= RECORD_TASK_INTENDED && record->type != RECORD_OPERATOR &&
           record->type != RECORD_UNDO_DUE && record->type != RECORD_SAGA_MIGRATED &&
           record->type != RECORD_SAGA_QUEUED && record->type != RECORD_SAGA_LOCKED &&
           record->type != RECORD_STEP_REGISTERED && record->type != RECORD_SAGA_COMMITTED;
}

bool fold(struct saga *saga, const struct record *record, const struct moment *moment)
{
    PRE(saga->magic == SAGA_MAGIC);
    int64_t at_ms = moment->at_ms;
    struct step *step = saga_step_of_record(saga, record);
    struct call *call = step ? step_call(step, (enum task_kind)record->kind) : NULL;
    bool of_step = is_of_step(record);
    bool names_step = (record->fields & 1) != 0;
    bool needs_call = of_step && record->type < RECORD_STEP_WAITING;
    if ((names_step && !step) || record->cost_micros < 0) {
        return false;
    }
    saga->seq++;
    saga->moment = *moment;
    if (of_step || record->type == RECORD_SAGA_QUEUED || record->type == RECORD_SAGA_LOCKED) {
        fold_begin(saga);
    }
    add_costs(saga, step, record);
    if (step && record->kind > TASK_DO) {
        step->call_count = CALL_COUNT;
    }
    if ((of_step && !step) || (needs_call && !call)) {
        return false;
    }
    enum direction before = saga->direction;
    bool ok = of_step ? fold_step(step, call, record, at_ms) : fold_saga(saga, step, record, at_ms);
    bool everything = saga->direction != before || record->type == RECORD_SAGA_COMPENSATING ||
                      record->type == RECORD_SAGA_MIGRATED;
    fold_look_again(saga, everything, step);
    return ok;
}
