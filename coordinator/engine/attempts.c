/* attempts.c - takes everything but results that participants say of attempts: sent, lost, never
 * taken, still running after a reconnect (adopted), or alive (a heartbeat). */
#include "engine/attempts.h"

#include "base/limits.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/call.h"
#include "engine/confirm.h"
#include "engine/due.h"
#include "engine/effect.h"
#include "engine/event.h"
#include "engine/failure.h"
#include "engine/lookup.h"
#include "engine/proceed.h"
#include "engine/room.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/timer.h"
#include "engine/turn_close.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/calls.h"
#include "saga/checks.h"
#include "saga/keys.h"
#include "saga/quiet.h"
#include "saga/saga.h"
#include "saga/step.h"

static void task_lost(struct turn *turn, struct attempt *attempt)
{
    PRE(attempt->call->step->saga == turn->saga);
    if (attempt->state != ATTEMPT_OPEN || attempt->later) {
        return;
    }
    struct failure failure = {.attempt = attempt,
                              .code = span_text("lost"),
                              .message = span_text("the participant's session was lost"),
                              .in_doubt = true,
                              .unanswered = true,
                              .lost = true,
                              .at_once = true,
                              .retry_after_ms = -1};
    call_fail(turn, attempt->call, &failure);
}

/* Is the time limit of the whole call (its schedule_to_close) over? */
static bool is_closed(const struct turn *turn, const struct call *call)
{
    int64_t close_ms = call_close_ms(call);
    PRE(close_ms >= 0);
    return close_ms > 0 && close_ms <= turn->now_ms;
}

static const char *out_of_what(const struct turn *turn, const struct attempt *attempt)
{
    bool closed = is_closed(turn, attempt->call);
    PRE(attempt->live.out_of_time || closed);
    if (!closed && call_key_is_over(attempt->call, turn->now_ms)) {
        return "key_expired";
    }
    return closed ? "schedule_to_close" : "schedule_to_start";
}

static void task_untaken(struct turn *turn, struct attempt *attempt)
{
    PRE(attempt->call->step->saga == turn->saga);
    if (attempt->answered || attempt->later) {
        return;
    }
    bool late = attempt->live.out_of_time || is_closed(turn, attempt->call);
    /* A do that no participant takes in time fails; an undo or a check is tried again, as its retry
     * policy says. */
    bool expired = call_key_is_over(attempt->call, turn->now_ms);
    bool refused = late && attempt->call->kind == TASK_DO && !expired;
    struct failure failure = {
        .attempt = attempt,
        .code = span_text(late ? out_of_what(turn, attempt) : "untaken"),
        .message = span_text(late ? "no participant took it in time" : "no participant took it"),
        .unanswered = true,
        .refused = refused,
        .uncounted = !late || refused || expired,
        .at_once = !late || expired,
        .retry_after_ms = -1};
    if (attempt->live.called_off && !late) {
        failure.code = span_text("cancelled");
    }
    call_fail(turn, attempt->call, &failure);
}

/* Notes that a participant has the attempt since now_ms: its time-outs count from then. */
static void task_begins(struct attempt *attempt, bool barrier, int64_t now_ms)
{
    PRE(attempt->run <= attempt->call->run);
    attempt->live.left = true;
    attempt->live.orphan = false;
    attempt->live.barrier = barrier;
    attempt->live.left_ms = now_ms;
    attempt->live.beat_ms = now_ms;
}

enum saga_error attempts_take(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_SENT || event->kind == EVENT_LOST || event->kind == EVENT_UNTAKEN);
    struct attempt *attempt = lookup_token(engine, event->task.token);
    if (!attempt) {
        return SAGA_OK;
    }
    /* That an attempt was sent changes only when its time-outs are due: no record is written for
     * it. */
    if (event->kind == EVENT_SENT) {
        struct saga *saga = attempt->call->step->saga;
        task_begins(attempt, event->task.barrier, event->now_ms);
        attempt->live.is_of_past = false;
        struct dues dues = saga_next_due(engine, saga);
        bool ok = timer_set(engine, saga, &dues);
        return ok ? SAGA_OK : SAGA_NO_MEMORY;
    }
    struct turn turn;
    turn_open(&turn, engine, event, batch, attempt->call->step->saga);
    switch (event->kind) {
    case EVENT_LOST:
        task_lost(&turn, attempt);
        break;
    case EVENT_UNTAKEN:
        task_untaken(&turn, attempt);
        break;
    case EVENT_SENT:
    case EVENT_START:
    case EVENT_RESULT:
    case EVENT_ADOPT:
    case EVENT_BEAT:
    case EVENT_RETURNED:
    case EVENT_TIME:
    case EVENT_SERVING:
    case EVENT_VERB:
    case EVENT_OPEN:
    case EVENT_CHILD:
    case EVENT_CHILD_END:
    case EVENT_ARRIVED:
    case EVENT_DELIVER:
    case EVENT_LOCK_FREE:
        UNREACHABLE("not an event of a token");
    }
    proceed(&turn);
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* Tells the verdict again to a participant that names as running an attempt which it has answered:
 * the answer is durable, but the message `done` was lost, or crossed the participant's `ready`. The
 * message also frees the slot that naming the attempt took. Returns false when memory runs out. */
static bool tell_again(struct batch *batch, const struct event *event,
                       const struct attempt *attempt)
{
    PRE(attempt->answered || attempt->later);
    bool ok = true;
    struct effect *effect = batch_effect(batch, EFFECT_DONE, event->ref);
    struct span key = arena_copy(&batch->arena, event->task.key, &ok);
    if (!effect || !ok) {
        return false;
    }
    effect->call.key = key;
    effect->call.attempt = attempt->number;
    memcpy(effect->call.token, attempt->token, TOKEN_SIZE);
    effect->call.verdict = attempt->verdict;
    return true;
}

/* Tells the session that named the attempt as running that nobody wants it (`attempt` NULL: it is
 * unknown). Returns false when memory runs out. */
static bool refuse(struct batch *batch, const struct event *event, const struct attempt *attempt)
{
    PRE(event->kind == EVENT_ADOPT);
    bool ok = true;
    struct effect *effect = batch_effect(batch, EFFECT_CANCEL, event->ref);
    struct span key = arena_copy(&batch->arena, event->task.key, &ok);
    if (!effect || !ok) {
        return false;
    }
    effect->call.key = key;
    effect->call.attempt = event->task.attempt;
    effect->call.reason = "superseded";
    effect->call.over_ms = attempt ? attempt_over_ms(attempt) : INT64_MAX;
    return true;
}

/* Does an attempt that has not been sent yet still point to the details that the call had when the
 * attempt was made, so that they must not be overwritten? */
static bool is_lent(const struct call *call)
{
    PRE(call->attempts || !call->newest);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (!a->live.left && !a->answered) {
            return true;
        }
    }
    return false;
}

/* Keeps the details of a heartbeat, to be sent with the call's next attempt. Where the saga has no
 * room for them, those of the heartbeat before stay. */
static void keep_details(struct turn *turn, struct call *call, struct span details)
{
    if (details.size == 0 || is_lent(call)) {
        return;
    }
    if (details.size > call->live.details_room) {
        size_t twice = 2 * details.size < LIMIT_VALUE ? 2 * details.size : LIMIT_VALUE;
        size_t size = details.size < twice ? twice : details.size;
        if (!room_for_details(turn->saga, size)) {
            return;
        }
        uint8_t *room = arena_take(&turn->saga->arena, size);
        if (!room) {
            turn->failed = true;
            return;
        }
        turn->saga->live.details_size += size;
        call->live.details.data = room;
        call->live.details_room = size;
    }
    memcpy((uint8_t *)(uintptr_t)call->live.details.data, details.data, details.size);
    call->live.details.size = details.size;
    POST(call->live.details.size <= call->live.details_room);
}

/* Has the attempt run out of time? A participant that names it again gives it no new time; only a
 * restart of the coordinator does. */
static bool is_out_of_time(const struct engine *engine, const struct attempt *attempt,
                           int64_t now_ms)
{
    PRE(!attempt->answered);
    const char *what;
    bool counts = attempt->live.left && !attempt->live.orphan;
    return attempt->timed_out || (counts && due_attempt_ms(engine, attempt, &what) <= now_ms);
}

/* A participant says that it runs this attempt: may the call wait for it again? Only for the newest
 * attempt, or for the one before it if the newest was not sent yet, and only while the attempt has
 * time left. */
static bool is_adoptable(const struct engine *engine, const struct attempt *attempt, int64_t now_ms)
{
    const struct call *call = attempt->call;
    PRE(attempt->run <= call->run);
    const struct attempt *newest = call->newest;
    if (attempt->answered || attempt->run != call->run || !newest ||
        is_out_of_time(engine, attempt, now_ms)) {
        return false;
    }
    if (attempt == newest) {
        return true;
    }
    return newest->state == ATTEMPT_OPEN && !newest->live.left && newest->older == attempt;
}

/* Is the call in a state in which the answer of a running attempt is waited for? */
static bool waits_for_attempt(const struct call *call)
{
    PRE(call->run > 0);
    const struct step *step = call->step;
    switch (call->kind) {
    case TASK_DO:
        return step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_RETRYING;
    case TASK_UNDO:
        return undo_call_state(step) == UNDO_STATE_RUNNING ||
               (undo_call_state(step) == UNDO_STATE_RETRYING && !call->spent);
    case TASK_CHECK:
        return check_is_awaited(call);
    case TASK_CONFIRM:
        return confirm_waits(step);
    }
    return false;
}

static void adopt(struct turn *turn, struct attempt *attempt, bool barrier)
{
    PRE(!attempt->answered);
    struct call *call = attempt->call;
    bool open = attempt == call->newest && attempt->state == ATTEMPT_OPEN;
    struct attempt *newer = attempt == call->newest ? NULL : call->newest;
    /* The time-outs are not renewed for a participant that merely reconnects: one that did so every
     * few seconds would keep alive an attempt that hangs. */
    if (attempt->live.orphan || !attempt->live.left) {
        task_begins(attempt, barrier, turn->now_ms);
    }
    attempt->live.barrier = barrier;
    attempt->live.called_off = false;
    bool wanted = call_is_wanted(call) && waits_for_attempt(call);
    bool in_doubt = call->step->state == STEP_STATE_IN_DOUBT ||
                    call->step->state == STEP_STATE_PARKED || call->spent;
    if (!open && wanted) {
        struct record record = {.type = RECORD_TASK_INTENDED,
                                .fields = 1,
                                .step = call->step->index,
                                .kind = call->kind,
                                .run = attempt->run,
                                .attempt = attempt->number,
                                .flags = FLAG_ADOPTED};
        turn_emit(turn, &record);
        if (newer && !turn->failed) {
            call_off(turn, newer, "superseded", true);
        }
    }
    /* While a step is in doubt the answer of its attempt is welcome, whatever was decided about the
     * step. Any other attempt that nobody wants is called off. */
    if (!wanted && !(call_is_wanted(call) && in_doubt)) {
        call_off(turn, attempt, "cancelled", false);
    }
}

/* Finds the attempt that a participant names: under the present key of a call, or, for EVENT_ADOPT,
 * an attempt in memory under an earlier key. NULL: there is none. */
static struct attempt *find_named(struct saga *saga, const struct event *event)
{
    PRE(event->kind == EVENT_ADOPT || event->kind == EVENT_BEAT);
    struct call *call = saga_call_of_key(saga, event->task.key);
    if (call || event->kind != EVENT_ADOPT) {
        return call ? call_attempt(call, call->run, event->task.attempt) : NULL;
    }
    struct step *step = saga_step_of_key(saga, event->task.key);
    for (uint32_t k = 0; step && k < CALL_COUNT; k++) {
        call = &step->calls[k];
        for (struct attempt *a = call->attempts; a; a = a->older) {
            if (a->number == event->task.attempt && span_equal(a->task.key, event->task.key)) {
                return a;
            }
        }
    }
    return NULL;
}

enum saga_error attempts_take_named(struct engine *engine, const struct event *event,
                                    struct batch *batch)
{
    PRE(event->kind == EVENT_ADOPT || event->kind == EVENT_BEAT);
    struct saga *saga = lookup_saga(engine, lookup_saga_of_key(event->task.key));
    struct attempt *attempt = saga ? find_named(saga, event) : NULL;
    struct call *call = attempt ? attempt->call : NULL;
    bool adopts = event->kind == EVENT_ADOPT;
    if (attempt && adopts) {
        attempt->live.is_named = true;
    }
    bool is_answered = attempt && attempt->answered && !attempt->untaken;
    bool has_spoken = is_answered || (attempt && attempt->later);
    if (adopts && has_spoken && !tell_again(batch, event, attempt)) {
        return SAGA_NO_MEMORY;
    }
    if (adopts && is_answered) {
        return SAGA_OK;
    }
    if (!attempt || (adopts && !is_adoptable(engine, attempt, event->now_ms))) {
        return !adopts || refuse(batch, event, attempt) ? SAGA_OK : SAGA_NO_MEMORY;
    }
    struct turn turn;
    turn_open(&turn, engine, event, batch, saga);
    if (adopts) {
        adopt(&turn, attempt, event->task.barrier);
        proceed(&turn);
    } else if (attempt == call->newest && attempt->state == ATTEMPT_OPEN) {
        attempt->live.beat_ms = event->now_ms;
        keep_details(&turn, call, event->task.details);
    }
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}
