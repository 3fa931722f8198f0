/* call.c - sends an attempt of a call to a participant, and calls attempts off that nobody wants
 * any more.
 *
 * A record says that an attempt is intended before the attempt is sent, so that after a crash no
 * call is unknown. The first attempt under an idempotency key fixes the request; further attempts
 * under this key carry the same bytes. */
#include "engine/call.h"

#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/effect.h"
#include "engine/entropy.h"
#include "engine/placement.h"
#include "engine/room.h"
#include "engine/state.h"
#include "engine/trace.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/calls.h"
#include "saga/checks.h"
#include "saga/open.h"
#include "saga/quiet.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* Fills in the task, which is what the network adapters send of the new attempt; the task borrows
 * its bytes from the saga. */
static void fill_task(const struct saga *saga, const struct call *call, struct attempt *attempt)
{
    PRE(attempt->call == call);
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    struct task *task = &attempt->task;
    task->saga = saga->id;
    task->key = call->key;
    task->attempt = attempt->number;
    memcpy(task->token, attempt->token, TOKEN_SIZE);
    task->kind = call->kind;
    task->action = call_action(call);
    task->saga_name = saga->name;
    task->definition = saga->definition->name;
    task->version = saga->definition->version;
    task->step = call->step->name;
    task->input = call->input.size > 0 ? call->input : MP_NIL_VALUE;
    task->do_key = call->do_key;
    task->output = call->output;
    task->in_doubt = call->in_doubt || call->kind == TASK_CHECK;
    task->ttl_ms = timeouts->start_to_close_ms;
    task->close_at_ms = call_close_ms(call);
    task->heartbeat_ms = timeouts->heartbeat_ms;
    task->details = call->live.details;
    trace_parent(saga, attempt, attempt->traceparent);
    task->traceparent = span_of(attempt->traceparent, TRACE_PARENT_SIZE);
    task->tracestate = saga->tracestate;
}

/* When the call has as many attempts in memory as are kept, drops the token of the oldest one: a
 * later answer of that attempt gets the verdict `unknown`. How long the attempt may still act is
 * kept, so that the undo is not sent before. */
static void forget_oldest(struct turn *turn, struct call *call)
{
    if (call->attempt_count < LIMIT_ATTEMPTS_KEPT) {
        return;
    }
    const struct attempt *spare = call_spare(call);
    if (spare) {
        int64_t over_ms = spare->answered ? 0 : attempt_over_ms(spare);
        if (over_ms > call->live.forgotten_over_ms) {
            call->live.forgotten_over_ms = over_ms;
        }
        CHECK(spare != call->newest);
        map_drop(&turn->engine->tokens, span_of(spare->token, TOKEN_SIZE));
    }
}

/* The action that the attempt about to be recorded is sent for. For a check it follows from the
 * flags, because the call does not know yet whether this check is about the do or the undo. */
static struct span next_action(const struct call *call, uint32_t flags)
{
    const struct step_spec *spec = call->step->spec;
    PRE(call->kind == TASK_CHECK || !(flags & FLAG_OF_UNDO));
    if (call->kind != TASK_CHECK) {
        return call_action(call);
    }
    return flags & FLAG_OF_UNDO ? spec->undo.check : spec->action.check;
}

/* Records that an attempt is intended, and for which participant's process: after a restart that
 * process says whether it has the attempt, while an attempt without one may be anywhere, and has to
 * be waited for. Returns the session that the attempt is for; 0 = any. */
static uint64_t intend(struct turn *turn, const struct call *call, struct record *record)
{
    const struct placement *placement = call_is_of_child(call) ? NULL : turn->placement;
    struct span action = next_action(call, record->flags);
    struct placed placed = {0};
    PRE(call->step->saga == turn->saga);
    if (placement) {
        placed = placement->choose(action, call->kind, turn->now_ms, placement->arg);
        record->to = placed.instance;
    }
    turn_emit(turn, record);
    if (placement && turn->failed) {
        placement->give_back(action, call->kind, placed.session, placement->arg);
    }
    return placed.session;
}

void call_send(struct turn *turn, struct call *call, const struct span *input, uint32_t flags)
{
    if (turn->failed) {
        return;
    }
    CHECK(turn->entropy->used + TOKEN_SIZE <= turn->entropy->size);
    bool fresh = input != NULL || call->run == 0;
    /* An undo must be sent even if the saga has no room for its input: then null stands for the
     * input, as for any reference whose value is too large. */
    bool fits = call->kind != TASK_UNDO || !input || room_to_undo(turn->saga, input->size);
    struct record record = {.type = RECORD_TASK_INTENDED,
                            .fields = 1,
                            .step = call->step->index,
                            .kind = call->kind,
                            .run = fresh ? call->run + 1 : call->run,
                            .attempt = fresh ? 1 : call->number_last + 1,
                            .flags = flags,
                            .input = fresh && input && fits ? *input : (struct span){NULL, 0}};
    memcpy(record.token, turn->entropy->bytes + turn->entropy->used, TOKEN_SIZE);
    turn->entropy->used += TOKEN_SIZE;
    forget_oldest(turn, call);
    uint64_t session = intend(turn, call, &record);
    if (turn->failed) {
        return;
    }
    struct attempt *attempt = call->newest;
    if (call_is_of_child(call)) {
        /* The call is done by a child saga, not by a participant: forgetting what the child was
         * asked makes child_watch() ask it anew for this attempt. */
        call->step->live.watch = (struct child_watch){0};
        return;
    }
    fill_task(turn->saga, call, attempt);
    attempt->task.session = session;
    struct span token = span_of(attempt->token, TOKEN_SIZE);
    if (map_put(&turn->engine->tokens, token, attempt) != SAGA_OK) {
        turn->failed = true;
        return;
    }
    struct effect *effect = turn_effect(turn, EFFECT_TASK);
    if (effect) {
        effect->task = &attempt->task;
    }
}

bool call_is_wanted(const struct call *call)
{
    PRE(call->step != NULL);
    const struct step *step = call->step;
    const struct saga *saga = step->saga;
    if (saga_state_is_final(saga->state) || step->by_person) {
        return false;
    }
    switch (call->kind) {
    case TASK_DO:
        /* A pivot in doubt is sent again under its key even when the saga shall go back: whether
         * the saga can go back depends on the pivot's outcome. */
        return (saga->direction == FORWARD || savepoint_spares(step)) &&
               (!saga->back_wanted ||
                (step->spec->step_class == CLASS_PIVOT && call_in_doubt(call)));
    case TASK_UNDO:
        return call->late_effect ? step_has_late_effect(step)
                                 : step->state == STEP_STATE_COMPENSATING;
    case TASK_CHECK:
        return check_is_awaited(call);
    case TASK_CONFIRM:
        return saga->direction == FORWARD && open_is_committed(saga);
    }
    return false;
}

/* The running time at which the participant's slot is free again even if it never answers. An
 * attempt that has not been sent, as far as the engine knows, may be on its way out now, so it
 * counts as sent now. */
static int64_t slot_over_ms(const struct turn *turn, const struct attempt *attempt)
{
    PRE(attempt->call->step->saga == turn->saga);
    struct attempt leaving = *attempt;
    leaving.live.left_ms = attempt->live.left ? attempt->live.left_ms : turn->now_ms;
    return attempt_over_ms(&leaving);
}

void call_off(struct turn *turn, struct attempt *attempt, const char *reason, bool timed_out)
{
    PRE(attempt->call->step->saga == turn->saga);
    if (call_is_of_child(attempt->call)) {
        return;
    }
    if (attempt->answered || attempt->live.orphan || (attempt->live.called_off && !timed_out)) {
        return;
    }
    struct effect *effect = turn_effect(turn, EFFECT_CANCEL);
    if (!effect) {
        return;
    }
    attempt->live.called_off = true;
    bool ok = true;
    effect->ref = 0;
    /* The saga may end and leave memory before this batch is released, so the batch gets a copy of
     * the key. */
    effect->call.key = arena_copy(&turn->batch->arena, attempt->task.key, &ok);
    turn->failed |= !ok;
    effect->call.attempt = attempt->number;
    memcpy(effect->call.token, attempt->token, TOKEN_SIZE);
    effect->call.action = attempt->task.action;
    effect->call.reason = reason;
    effect->call.over_ms = timed_out ? turn->now_ms : slot_over_ms(turn, attempt);
}

void call_off_all(struct turn *turn, struct call *call, const char *reason)
{
    PRE(call->attempts || !call->newest);
    for (struct attempt *a = call->attempts; a; a = a->older) {
        call_off(turn, a, reason, false);
    }
}
