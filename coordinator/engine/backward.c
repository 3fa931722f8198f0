/* backward.c - undoing, in the inverse order of the DAG.
 *
 * A compensation starts when those of all steps that needed its step are done, and independent
 * branches undo in parallel. Done: never started, compensated, kept, skipped, resolved, failed
 * without effect, parked, or failing for so long (stuck) that the others need not wait. With
 * compensation_order: strict it is the reverse of the order of starting, one at a time.
 *
 * An undo does not overtake its do: it leaves when no attempt of the do can act any more. */
#include "base/mp.h"
#include "engine/turn.h"

bool step_wants_undo(const struct step *step)
{
    return step->chosen && (step->undo_state == UNDO_STATE_PENDING || step_awaits_undo(step));
}

bool step_is_done(const struct step *step, bool strict)
{
    if (step->fan && !fan_is_done(step, strict)) {
        return false;
    }
    if (step_stray_is_open(step) && (!step->stuck || strict)) {
        return false;
    }
    if (!step->chosen) {
        return true;
    }
    if ((step->stuck && !strict) || step->state == STEP_STATE_PARKED) {
        return true;
    }
    if (step->undo_state == UNDO_STATE_PENDING || step->undo_state == UNDO_STATE_RUNNING ||
        step->undo_state == UNDO_STATE_RETRYING) {
        return false;
    }
    return step->state != STEP_STATE_RUNNING && step->state != STEP_STATE_RETRYING &&
           step->state != STEP_STATE_IN_DOUBT && step->state != STEP_STATE_WAITING &&
           step->state != STEP_STATE_SUCCEEDED;
}

/* Steps that have given no answer yet, or gave none that says what is left of them. */
static bool bring_in(struct turn *turn, struct step *step)
{
    if (step->fan) {
        return fan_bring_in(turn, step);
    }
    struct call *call = step_call(step, TASK_DO);
    if (step->state == STEP_STATE_RETRYING && !call_is_open(call)) {
        struct failure failure = {.code = step->code.size > 0 ? step->code : span_text("cancelled"),
                                  .message = step->message,
                                  .refused = true,
                                  .uncounted = true,
                                  .retry_after_ms = -1};
        call_fail(turn, call, &failure);
        return true;
    }
    if (step->state == STEP_STATE_RUNNING && call->newest->later && step->undo_due_ms == 0) {
        step->undo_due_ms = turn->now_ms;
    }
    if (child_is_watched(step)) {
        child_watch(turn, step);
        return false;
    }
    if (step->state == STEP_STATE_WAITING) {
        wait_call_off(turn, step);
        return true;
    }
    if (step->state == STEP_STATE_IN_DOUBT) {
        return settle_in_doubt(turn, step) == DOUBT_CHANGED;
    }
    if (step->state == STEP_STATE_SUCCEEDED && step->undo_state == UNDO_STATE_NONE) {
        struct record record = {.type = RECORD_STEP_KEPT, .fields = 1, .step = step->index};
        bool readonly = step->spec->step_class == CLASS_READONLY;
        if (!readonly && !step->accepted) {
            /* Its success came while the saga turned back, and nothing can undo it. */
            park(turn, step, TASK_DO, "irrevocable");
            return true;
        }
        record.code = span_text(readonly ? "nothing_to_undo" : "accepted");
        turn_emit(turn, &record);
        return true;
    }
    if (step->state == STEP_STATE_PARKED && step->undo_state == UNDO_STATE_NONE && step->accepted) {
        struct record record = {.type = RECORD_STEP_KEPT,
                                .fields = 1,
                                .step = step->index,
                                .code = span_text("accepted")};
        turn_emit(turn, &record);
        return true;
    }
    return false;
}

static void fill_undo(struct turn *turn, struct step *step, struct span *input)
{
    const struct template *template = step->spec->undo.input;
    if (!template) {
        *input = step_call(step, TASK_DO)->input;
        return;
    }
    struct scope scope;
    step_scope(step, true, &scope);
    if (scope.reason.size == 0) {
        /* It is undone alone, for what it is itself. */
        struct record reason = {.fields = 1,
                                .step = step->container->index,
                                .item = step->item + 1,
                                .code = step->code,
                                .message = step->message};
        scope.reason = saga_pack_reason(turn->saga, &reason);
        turn->failed |= scope.reason.size == 0;
    }
    struct span missing;
    buf_clear(&turn->engine->scratch);
    if (template_fill(template, &scope, &turn->engine->scratch, &missing) != SAGA_OK) {
        turn->failed = true;
        return;
    }
    *input = buf_span(&turn->engine->scratch);
}

bool undo_begin(struct turn *turn, struct step *step)
{
    struct call *done = step_call(step, TASK_DO);
    struct call *undo = step_call(step, TASK_UNDO);
    int64_t quiet_ms = call_clear_ms(done, turn->engine->options.dead_ms);
    if (step->state == STEP_STATE_PARKED && quiet_ms == INT64_MAX) {
        return false; /* it was parked for that: see park_unfinished() */
    }
    if (step_stray_is_open(step)) {
        return false; /* the undo's call is at work for an old key */
    }
    if (step->undo_due_ms == 0) {
        step->undo_due_ms = turn->now_ms;
    }
    if (quiet_ms > turn->now_ms) {
        bool waits_for_ever = quiet_ms == INT64_MAX && step->state == STEP_STATE_IN_DOUBT &&
                              done->newest && done->newest->later;
        if (waits_for_ever) {
            park_unfinished(turn, step);
        }
        return waits_for_ever;
    }
    if (!turn_has_room(turn)) {
        return false;
    }
    bool doubt = step->state == STEP_STATE_IN_DOUBT || step->late;
    struct span input = {NULL, 0};
    fill_undo(turn, step, &input);
    if (!turn->failed) {
        call_send(turn, undo, &input, doubt ? FLAG_IN_DOUBT : 0u);
    }
    return true;
}

bool undo_retry(struct turn *turn, struct step *step)
{
    struct call *undo = step_call(step, TASK_UNDO);
    if (step->undo_state == UNDO_STATE_RETRYING && undo->spent) {
        return undo_settle(turn, step);
    }
    bool due = step->undo_state == UNDO_STATE_RETRYING && !call_is_open(undo) &&
               undo->retry_ms <= turn->now_ms && turn_has_room(turn);
    if (due && call_key_is_over(undo, turn->now_ms)) {
        key_expire(turn, undo);
    } else if (due) {
        struct span input = undo->rerun_input.size > 0 ? undo->rerun_input : undo->input;
        call_send(turn, undo, undo->rerun ? &input : NULL, undo->in_doubt ? FLAG_IN_DOUBT : 0u);
    }
    return due;
}

/* In the inverse order: a step's own turn comes when every step after it is done. The definition's
 * `order` is topological, so one pass from its end knows all transitive dependents. */
static bool undo_parallel(struct turn *turn)
{
    struct saga *saga = turn->saga;
    uint32_t count = saga->definition->step_count;
    bool changed = false;
    for (uint32_t i = count; i > 0 && !turn->failed; i--) {
        struct step *step = saga_step(saga, saga->definition->order[i - 1]);
        bool clear = true;
        for (uint32_t k = 0; k < step->spec->needed_by_count && clear; k++) {
            const struct step *after = saga_step(saga, step->spec->needed_by[k]);
            clear = after->all_clear;
        }
        if (step->fan) {
            changed |= fan_undo(turn, step, clear);
        } else if (clear && step_wants_undo(step)) {
            step_wake(step);
            changed |= undo_begin(turn, step);
        } else if (step_wants_undo(step)) {
            /* It was due, and a late effect of a step after it comes first: not due any more, or
             * its timer would fire for nothing, again and again. */
            step->undo_due_ms = 0;
        }
        step->all_clear = clear && step_is_done(step, false);
    }
    return changed;
}

/* The latest started step that is not done; only it may be undone. */
static bool undo_strict(struct turn *turn)
{
    struct saga *saga = turn->saga;
    struct step *latest = NULL;
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        struct step *own = saga_step(saga, i);
        struct step *item = own->fan ? fan_latest(own) : NULL;
        struct step *step = item ? item : own;
        bool later = !latest || step->started_seq > latest->started_seq;
        if (step->started_seq > 0 && later && (item || !step_is_done(step, true))) {
            latest = step;
        }
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total; i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step != latest && step_wants_undo(step)) {
            step->undo_due_ms = 0; /* see undo_parallel() */
        }
    }
    if (!latest || !step_wants_undo(latest)) {
        return false;
    }
    step_wake(latest);
    return undo_begin(turn, latest);
}

/* Has it an effect, which nobody has undone? A person may have said so, or kept it. */
static bool has_effect(const struct step *step)
{
    bool stands =
        step->state == STEP_STATE_SUCCEEDED || step->state == STEP_STATE_KEPT ||
        (step->state == STEP_STATE_RESOLVED && (!step->refused || span_is(step->outcome, "kept")));
    return stands && !step->fan && step->spec->step_class != CLASS_READONLY;
}

static bool still_stands(const struct saga *saga)
{
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        if (!step->chosen && has_effect(step)) {
            return true;
        }
    }
    return false;
}

static bool has_chosen(const struct saga *saga)
{
    for (uint32_t i = 0; i < saga->step_total; i++) {
        if (saga_step(saga, i)->chosen) {
            return true;
        }
    }
    return false;
}

/* Of a completed saga: what it came to has not changed. */
static bool is_for_late_effect(const struct saga *saga)
{
    struct span code = mp_find(saga->reason, span_text("code"));
    struct mp mp = mp_open(code);
    return mp_type(code) == MP_STR && span_is(mp_str(&mp), "late_result");
}

/* All is settled, or nothing can move without a person. */
static bool finish(struct turn *turn)
{
    struct saga *saga = turn->saga;
    bool parked = false;
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total; i = saga_awake(saga, i + 1)) {
        const struct step *step = saga_step(saga, i);
        if (!step_is_done(step, true)) {
            return false;
        }
        parked |= (step->chosen && step->state == STEP_STATE_PARKED) ||
                  step->stray_state == UNDO_STATE_PARKED;
    }
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        if (!step_is_done(saga_step(saga, i), true)) {
            return false; /* it waits for its turn */
        }
    }
    struct record record = {.type = RECORD_SAGA_COMPENSATED};
    if (saga->save_point > 0 && !parked) {
        savepoint_reached(turn);
        return true;
    }
    if (parked) {
        if (saga->state == SAGA_STATE_PARKED || savepoint_waits(saga)) {
            return false;
        }
        record.type = RECORD_SAGA_PARKED;
        record.code = span_text("needs_a_person");
        turn_alert(turn, NULL, "saga_parked");
    } else if (saga->partial &&
               (!has_chosen(saga) || still_stands(saga) || is_for_late_effect(saga))) {
        record.type = RECORD_SAGA_COMPLETED;
    }
    bool waits_on = record.type == RECORD_SAGA_COMPLETED && claims_wait(saga);
    turn_emit(turn, &record);
    if (waits_on && !turn->failed) {
        claims_wait_on(turn);
    }
    return false;
}

bool backward(struct turn *turn)
{
    struct saga *saga = turn->saga;
    bool changed = false;
    if (saga->save_point > 0 && savepoint_widens(turn)) {
        return true;
    }
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step->chosen) {
            changed |= bring_in(turn, step);
            changed |= undo_retry(turn, step);
        }
    }
    if (!turn->failed && !changed) {
        changed = saga->definition->strict ? undo_strict(turn) : undo_parallel(turn);
    }
    if (changed && saga->state == SAGA_STATE_PARKED) {
        struct record record = {.type = RECORD_SAGA_COMPENSATING,
                                .code = span_text("result"),
                                .message = span_text("what it waited for has come")};
        savepoint_goes_on(saga, &record);
        turn_emit(turn, &record);
    }
    return turn->failed || changed || finish(turn);
}
