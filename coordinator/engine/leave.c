/* leave.c - which sagas leave memory for the store, and when.
 *
 * A final saga leaves memory when the last batch with a row of it has been released. So does a saga
 * that only waits: no attempt of it can still act or answer, and nothing is due in it before
 * near_ms have passed. The saga's head says until when it sleeps, on both clocks (due_ms,
 * until_ms); the store finds the saga by these times, and after a restart does not load it before.
 *
 *   1. The store says of each saga that is not in memory that it is final or asleep, and no row
 *      of it is on its way there: a saga leaves when the last batch that it had a turn in has been
 *      released.
 *   2. Every sleeping saga that is due by horizon_ms is in memory: the core, which loads them, says
 *      up to which time it has loaded them, and those due by then do not leave.
 *   3. A sleeping saga has no effect whose outcome is not durable yet. After an effect that makes
 *      another saga write (such as starting a child), this saga must be loaded after a crash,
 *      to ask again. So it goes to sleep only with the batch that holds the outcome; a child that
 *      has ended stays due at once (DUE_OWED_MS) until the batch in which its parent was told.
 *   4. A saga may be in memory and asleep: because it was loaded a while before its time, or for an
 *      event that changed nothing in it. Only a turn that writes a record wakes it. */
#include "engine/leave.h"

#include "base/limits.h"
#include "engine/batch.h"
#include "engine/batch_saga.h"
#include "engine/due.h"
#include "engine/kinds/child_answer.h"
#include "engine/state.h"
#include "engine/timer.h"
#include "engine/turn.h"
#include "saga/attempt.h"
#include "saga/awake.h"
#include "saga/child_state.h"
#include "saga/saga.h"

/* May an attempt of the call still act or answer, or wait details of a heartbeat for its retry? If
 * the saga left memory now, what no record says of them would be lost. */
static bool is_at_work(const struct call *call)
{
    PRE(call->attempts || !call->newest);
    if (call->forgot_unanswered || (call->retry_ms > 0 && call->live.details.size > 0)) {
        return true;
    }
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (!a->answered) {
            return true;
        }
    }
    return false;
}

static bool step_is_at_work(const struct step *step)
{
    PRE(step->call_count <= CALL_COUNT);
    bool at_work = false;
    for (uint32_t k = 0; k < step->call_count && !at_work; k++) {
        at_work = is_at_work(&step->calls[k]);
    }
    return at_work;
}

/* Does the saga only wait: for a time, a person, an event, or a child that is at work? */
static bool only_waits(const struct saga *saga)
{
    PRE(saga->magic == SAGA_MAGIC);
    bool undoes = saga->direction == BACKWARD && saga->state != SAGA_STATE_PARKED;
    if (undoes || saga_state_is_final(saga->state)) {
        return false;
    }
    /* Most steps that run are found by looking at the first step that is awake, without looking at
     * thousands of items. */
    uint32_t first = saga_awake(saga, 0);
    if (first < saga->step_total && step_is_at_work(saga_step(saga, first))) {
        return false;
    }
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        if (!child_is_left_alone(step) || step_is_at_work(step)) {
            return false;
        }
    }
    return true;
}

/* Until when the saga can sleep outside of memory, on both clocks; zeros: it cannot. */
static struct asleep sleep_until(const struct engine *engine, const struct saga *saga,
                                 const struct dues *dues)
{
    const int64_t now_ms[] = {[TIMELINE_RUNNING] = saga->live.touched.running_ms,
                              [TIMELINE_HOST] = saga->live.touched.host_ms};
    int64_t near_ms = engine->options.near_ms;
    PRE(near_ms >= 0);
    bool is_far = near_ms > 0 && saga->live.lingers_ms <= now_ms[TIMELINE_RUNNING];
    for (uint32_t i = 0; i < TIMELINE_COUNT; i++) {
        is_far = is_far && dues->ms[i] > now_ms[i] + near_ms && dues->ms[i] > engine->horizon_ms[i];
    }
    if (!is_far || !only_waits(saga)) {
        return (struct asleep){0};
    }
    int64_t due_ms = dues->ms[TIMELINE_RUNNING];
    int64_t until_ms = dues->ms[TIMELINE_HOST];
    return (struct asleep){.due_ms = due_ms < DUE_NEVER_MS ? due_ms : DUE_NEVER_MS,
                           .until_ms = until_ms < DUE_NEVER_MS ? until_ms : 0};
}

struct asleep leave_asleep(const struct turn *turn, const struct dues *dues)
{
    const struct saga *saga = turn->saga;
    PRE(saga->seq >= turn->seq_before);
    if (saga->live.asleep.due_ms > 0 && saga->seq == turn->seq_before) {
        return saga->live.asleep;
    }
    if (child_owes_its_end(saga)) {
        return (struct asleep){.due_ms = saga->live.owes ? DUE_OWED_MS : 0};
    }
    return saga->live.owes ? (struct asleep){0} : sleep_until(turn->engine, saga, dues);
}

/* Does the saga sleep for longer than up to the times (horizon_ms) by which sleeping sagas are kept
 * in memory? */
static bool sleeps_far(const struct engine *engine, const struct saga *saga)
{
    const struct asleep *asleep = &saga->live.asleep;
    IMPLIES(asleep->until_ms > 0, asleep->due_ms > 0);
    return asleep->due_ms > engine->horizon_ms[TIMELINE_RUNNING] &&
           (asleep->until_ms == 0 || asleep->until_ms > engine->horizon_ms[TIMELINE_HOST]);
}

void leave_later(struct engine *engine, struct saga *saga)
{
    PRE(saga->live.touched_serial <= engine->serial);
    bool leaves = saga_state_is_final(saga->state) || saga->live.owes || sleeps_far(engine, saga);
    if (!leaves || saga->live.is_leaving || saga->live.is_untold) {
        return;
    }
    saga->live.is_leaving = true;
    saga->live.leave_serial = engine->serial;
    saga->live.next_leaving = NULL;
    if (engine->leaving_last) {
        engine->leaving_last->live.next_leaving = saga;
    } else {
        engine->leaving_first = saga;
    }
    engine->leaving_last = saga;
}

/* Takes the saga out of memory: gives its memory back, and forgets its name, tokens and timer. */
static void leave_now(struct engine *engine, struct saga *saga)
{
    PRE(!saga->live.is_leaving);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        for (uint32_t k = 0; k < step->call_count; k++) {
            for (struct attempt *a = step->calls[k].attempts; a; a = a->older) {
                map_drop(&engine->tokens, span_of(a->token, TOKEN_SIZE));
            }
        }
    }
    timer_drop(engine, saga);
    map_drop(&engine->sagas, saga->name);
    saga_destroy(&saga);
}

/* Called when what the saga's effects caused is in the batch `making`: the saga sleeps from that
 * batch on, if it can, and its head says so. Returns false when memory runs out. */
static bool pay(struct engine *engine, struct saga *saga, struct batch *making)
{
    PRE(saga->live.owes);
    saga->live.owes = false;
    struct dues dues = saga_next_due(engine, saga);
    struct asleep before = saga->live.asleep;
    saga->live.asleep = sleep_until(engine, saga, &dues);
    bool changed =
        saga->live.asleep.due_ms != before.due_ms || saga->live.asleep.until_ms != before.until_ms;
    if (changed) {
        making->serial = making->serial > 0 ? making->serial : ++engine->serial;
        saga->live.touched_serial = making->serial;
    }
    leave_later(engine, saga);
    return !changed || batch_put_head(making, saga, false);
}

static void note_sleeper(struct engine *engine, const struct asleep *asleep)
{
    PRE(asleep->due_ms > 0);
    if (asleep->due_ms < DUE_NEVER_MS) {
        dues_add(&engine->next_sleeper, TIMELINE_RUNNING, asleep->due_ms);
    }
    if (asleep->until_ms > 0) {
        dues_add(&engine->next_sleeper, TIMELINE_HOST, asleep->until_ms);
    }
}

/* Decides about a saga that waited for the release of this batch: it leaves memory, goes to sleep
 * with the batch `making`, or stays. Returns false when memory runs out. */
static bool leave(struct engine *engine, struct saga *saga, uint64_t serial, struct batch *making)
{
    PRE(saga->live.leave_serial <= serial);
    bool is_final = saga_state_is_final(saga->state);
    if (saga->live.touched_serial > serial) {
        leave_later(engine, saga);
    } else if (saga->live.owes && (!is_final || saga->live.asleep.due_ms > 0)) {
        return pay(engine, saga, making);
    } else if (is_final || sleeps_far(engine, saga)) {
        if (!is_final) {
            note_sleeper(engine, &saga->live.asleep);
        }
        leave_now(engine, saga);
    }
    return true;
}

enum saga_error engine_released(struct engine *engine, uint64_t serial, struct batch *making)
{
    PRE(serial <= engine->serial);
    uint32_t heads = making->rows.head_count;
    while (engine->leaving_first && engine->leaving_first->live.leave_serial <= serial) {
        /* After a restart very many sagas may want to sleep: those beyond this number do when the
         * batch that is being made is released. */
        if (making->rows.head_count - heads >= LIMIT_BATCH_EVENTS) {
            break;
        }
        struct saga *saga = engine->leaving_first;
        engine->leaving_first = saga->live.next_leaving;
        engine->leaving_last = engine->leaving_first ? engine->leaving_last : NULL;
        saga->live.is_leaving = false;
        saga->live.next_leaving = NULL;
        if (!leave(engine, saga, serial, making)) {
            return SAGA_NO_MEMORY;
        }
    }
    return SAGA_OK;
}

bool engine_waits_for(const struct engine *engine, uint64_t serial)
{
    PRE(serial <= engine->serial);
    return serial > 0 && engine->leaving_first &&
           engine->leaving_first->live.leave_serial <= serial;
}
