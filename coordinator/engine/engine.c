/* engine.c - the entry to the engine: finds the saga that an event is about, and lets the event
 * change it in one turn.
 *
 * For each event a turn is opened, the file for this kind of event does its part, proceed.c does
 * all that the saga can do now, and the turn is closed with a row. The result depends on nothing
 * but the event and the sagas in memory. */
#include "engine/engine.h"

#include "base/limits.h"
#include "engine/attempts.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/batch_saga.h"
#include "engine/deliver.h"
#include "engine/due.h"
#include "engine/effect.h"
#include "engine/entropy.h"
#include "engine/event.h"
#include "engine/kinds/child.h"
#include "engine/kinds/child_answer.h"
#include "engine/leave.h"
#include "engine/load.h"
#include "engine/lock_grant.h"
#include "engine/lookup.h"
#include "engine/name.h"
#include "engine/open_take.h"
#include "engine/proceed.h"
#include "engine/results.h"
#include "engine/returns.h"
#include "engine/saga_begin.h"
#include "engine/state.h"
#include "engine/timer.h"
#include "engine/timers.h"
#include "engine/turn.h"
#include "engine/turn_close.h"
#include "engine/verbs.h"
#include "saga/attempt.h"
#include "saga/saga.h"
#include "saga/verdict.h"

enum saga_error engine_new(const struct engine_options *options, struct engine **engine)
{
    PRE(options->dead_ms > 0);
    PRE(options->near_ms >= 0);
    struct engine *made = options->memory->take(sizeof(*made), options->memory->arg);
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    *made = (struct engine){.options = *options,
                            .lsn_last = options->last_lsn,
                            .saga_last = options->last_saga,
                            .inbox_last = options->inbox_last};
    map_open(&made->sagas);
    map_open(&made->tokens);
    heap_open(&made->timers[TIMELINE_RUNNING]);
    heap_open(&made->timers[TIMELINE_HOST]);
    locks_open(&made->locks);
    returns_open(made);
    buf_open(&made->records, LIMIT_BATCH_BYTES);
    buf_open(&made->values, LIMIT_BATCH_BYTES);
    buf_open(&made->scratch, LIMIT_SAGA_MEMORY);
    buf_open(&made->telling, LIMIT_SAGA_MEMORY);
    *engine = made;
    return SAGA_OK;
}

void engine_destroy(struct engine **engine)
{
    struct engine *gone = *engine;
    if (!gone) {
        return;
    }
    PRE(gone->lsn_last >= gone->options.last_lsn);
    size_t at = 0;
    for (struct saga *saga; (saga = map_next(&gone->sagas, &at)) != NULL;) {
        saga_destroy(&saga);
    }
    map_close(&gone->sagas);
    map_close(&gone->tokens);
    heap_close(&gone->timers[TIMELINE_RUNNING]);
    heap_close(&gone->timers[TIMELINE_HOST]);
    locks_close(gone);
    returns_close(gone);
    buf_close(&gone->records);
    buf_close(&gone->values);
    buf_close(&gone->scratch);
    buf_close(&gone->telling);
    gone->options.memory->give(gone, sizeof(*gone), gone->options.memory->arg);
    *engine = NULL;
}

/* Sets *name to the external id `wanted`; true if no saga in memory has it. */
static bool lacks(const struct engine *engine, struct span wanted, struct span *name)
{
    PRE(wanted.size == 0 || wanted.data);
    *name = wanted;
    return wanted.size > 0 && !lookup_saga(engine, wanted);
}

bool engine_holds(const struct engine *engine, struct span name)
{
    return lookup_saga(engine, name) != NULL;
}

bool engine_holds_token(const struct engine *engine, const uint8_t token[TOKEN_SIZE])
{
    return lookup_token(engine, token) != NULL;
}

bool engine_lacks(const struct engine *engine, const struct event *event, struct span *name)
{
    switch (event->kind) {
    case EVENT_START: {
        const struct saga *saga = lookup_saga(engine, event->start.name);
        *name = event->start.name;
        return !saga || !saga->live.has_digest;
    }
    case EVENT_RESULT:
        return !lookup_token(engine, event->result.token) &&
               lacks(engine, lookup_saga_of_key(event->result.key), name);
    case EVENT_ADOPT:
        return lacks(engine, lookup_saga_of_key(event->task.key), name);
    case EVENT_VERB:
        return lacks(engine, event->verb.saga, name);
    case EVENT_OPEN:
        return lacks(engine, event->open.saga, name);
    case EVENT_CHILD:
        return lacks(engine, event->child.start.name, name);
    case EVENT_CHILD_END:
        return lacks(engine, event->child_end.parent, name);
    case EVENT_LOCK_FREE:
        return lacks(engine, event->lock_for, name);
    case EVENT_DELIVER:
        return lacks(engine, event->delivery.saga, name);
    case EVENT_ARRIVED:
    case EVENT_SENT:
    case EVENT_LOST:
    case EVENT_UNTAKEN:
    case EVENT_BEAT:
    case EVENT_RETURNED:
    case EVENT_TIME:
    case EVENT_SERVING:
        break;
    }
    return false;
}

static enum saga_error child_end(struct engine *engine, const struct event *event,
                                 struct batch *batch)
{
    PRE(event->kind == EVENT_CHILD_END);
    struct saga *saga = lookup_saga(engine, event->child_end.parent);
    if (!saga) {
        return SAGA_OK;
    }
    struct turn turn;
    turn_open(&turn, engine, event, batch, saga);
    child_ended(&turn, &event->child_end);
    proceed(&turn);
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* Are the key and the number in the message those of this attempt, which was found by the token in
 * the message? */
static bool is_of(const struct attempt *attempt, const struct result *result)
{
    bool same_number = result->attempt == 0 || attempt->number == result->attempt;
    return result->key.size == 0 || (same_number && span_equal(attempt->task.key, result->key));
}

/* Answers a result with the verdict `unknown`, because no attempt that is remembered belongs to it.
 */
static enum saga_error unknown(const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_RESULT);
    bool ok = true;
    struct effect *effect = batch_effect(batch, EFFECT_DONE, event->ref);
    struct span key = arena_copy(&batch->arena, event->result.key, &ok);
    if (!effect || !ok) {
        return SAGA_NO_MEMORY;
    }
    effect->call.key = key;
    effect->call.attempt = event->result.attempt;
    memcpy(effect->call.token, event->result.token, TOKEN_SIZE);
    effect->call.verdict = VERDICT_UNKNOWN;
    return SAGA_OK;
}

static enum saga_error result(struct engine *engine, const struct event *event, struct batch *batch)
{
    struct attempt *attempt = lookup_token(engine, event->result.token);
    if (!attempt || !is_of(attempt, &event->result)) {
        return unknown(event, batch);
    }
    struct turn turn;
    turn_open(&turn, engine, event, batch, attempt->call->step->saga);
    result_take(&turn, attempt, &event->result);
    proceed(&turn);
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error time_passes(struct engine *engine, const struct event *event,
                                   struct batch *batch)
{
    for (uint32_t i = 0; i < LIMIT_TIMERS_PER_STEP; i++) {
        int64_t due_ms;
        struct saga *saga = timer_first(engine, event->host_lead_ms, &due_ms);
        bool entropy_left =
            event->entropy->size - event->entropy->used >= (size_t)ENTROPY_PER_EVENT;
        if (!saga || due_ms > event->now_ms || (i > 0 && !entropy_left)) {
            break;
        }
        struct turn turn;
        CHECK(saga->magic == SAGA_MAGIC);
        turn_open(&turn, engine, event, batch, saga);
        timer_drop(engine, saga);
        if (saga->live.is_untold) {
            child_tell(&turn);
        } else {
            expire(&turn);
            proceed(&turn);
        }
        if (!turn_close(&turn)) {
            return SAGA_NO_MEMORY;
        }
    }
    return returns_settle(engine, event, batch);
}

/* EVENT_SERVING: participants may connect from now on and name the attempts that they have; the
 * time-outs of all attempts count from now. */
static enum saga_error serve(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_SERVING);
    PRE(event->now_ms > 0);
    engine->serving_ms = event->now_ms;
    size_t at = 0;
    for (struct saga *saga; (saga = map_next(&engine->sagas, &at)) != NULL;) {
        for (uint32_t i = 0; i < saga->step_total; i++) {
            for (uint32_t k = 0; k < CALL_COUNT; k++) {
                load_count_from(&saga_step(saga, i)->calls[k], event->now_ms);
            }
        }
        /* After a restart a saga that only waits can sleep again, once the answers to what it now
         * asks anew of its children are durable. */
        saga->live.touched_serial = engine->serial;
        saga->live.touched =
            (struct moment){event->now_ms, event->now_ms + event->host_lead_ms, saga->moment.at_ms};
        saga->live.owes = engine->options.near_ms > 0;
        leave_later(engine, saga);
        struct dues dues = saga_next_due(engine, saga);
        if (!timer_set(engine, saga, &dues)) {
            return SAGA_NO_MEMORY;
        }
    }
    return locks_serve(engine, batch);
}

static enum saga_error verb(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_VERB);
    PRE(event->verb.verb < VERB_COUNT);
    struct saga *saga = lookup_saga(engine, event->verb.saga);
    if (!saga) {
        return batch_reply(batch, event->ref, SAGA_NOT_FOUND, "there is no such saga", NULL)
                   ? SAGA_OK
                   : SAGA_NO_MEMORY;
    }
    struct turn turn;
    turn_open(&turn, engine, event, batch, saga);
    const char *why;
    enum saga_error rc = verb_do(&turn, &event->verb, &why);
    if (rc == SAGA_OK) {
        proceed(&turn);
        bool named =
            event->verb.key.size == 0 || turn_name(&turn, event->verb.key, event->verb.digest);
        turn.failed |= !named;
    } else {
        CHECK(turn.failed || saga->seq == turn.seq_before);
    }
    turn.failed |= !batch_reply(batch, event->ref, rc, why, saga);
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}

enum saga_error engine_step(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(batch->serial <= engine->serial);
    if (batch->serial == 0) {
        batch->serial = ++engine->serial;
    }
    engine->seen_ms = event->now_ms > engine->seen_ms ? event->now_ms : engine->seen_ms;
    switch (event->kind) {
    case EVENT_START:
        return saga_begin(engine, event, batch);
    case EVENT_RESULT:
        return result(engine, event, batch);
    case EVENT_SENT:
    case EVENT_LOST:
    case EVENT_UNTAKEN:
        return attempts_take(engine, event, batch);
    case EVENT_ADOPT:
    case EVENT_BEAT:
        return attempts_take_named(engine, event, batch);
    case EVENT_RETURNED:
        return returns_take(engine, event, batch);
    case EVENT_TIME:
        return time_passes(engine, event, batch);
    case EVENT_SERVING:
        return serve(engine, event, batch);
    case EVENT_VERB:
        return verb(engine, event, batch);
    case EVENT_OPEN:
        return open_take(engine, event, batch);
    case EVENT_CHILD:
        return saga_begin_child(engine, event, batch);
    case EVENT_CHILD_END:
        return child_end(engine, event, batch);
    case EVENT_ARRIVED:
        return deliver_arrived(engine, event, batch);
    case EVENT_DELIVER:
        return deliver_event(engine, event, batch, lookup_saga(engine, event->delivery.saga));
    case EVENT_LOCK_FREE:
        return locks_grant(engine, event, batch, lookup_saga(engine, event->lock_for));
    }
    UNREACHABLE("unknown event");
}

enum saga_error engine_lock(struct engine *engine, const struct lock_row *row, struct span name)
{
    PRE(row->change == LOCK_HELD || row->change == LOCK_QUEUED);
    return lock_table_set(engine, row, name) ? SAGA_OK : SAGA_NO_MEMORY;
}

int64_t engine_next_due(const struct engine *engine, int64_t host_lead_ms)
{
    if (returns_wait(engine)) {
        return engine->serving_ms;
    }
    int64_t due_ms;
    const struct saga *saga = timer_first(engine, host_lead_ms, &due_ms);
    IMPLIES(!saga, due_ms == INT64_MAX);
    return due_ms;
}

uint64_t engine_inbox_last(const struct engine *engine)
{
    PRE(engine->inbox_last >= engine->options.inbox_last);
    return engine->inbox_last;
}

uint32_t engine_count(const struct engine *engine)
{
    PRE(engine->sagas.count <= UINT32_MAX);
    return (uint32_t)engine->sagas.count;
}
