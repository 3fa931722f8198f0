/* saga_begin.c - begins a new saga, for a client's start or as the child of another saga.
 *
 * A start that fails because memory ran out leaves nothing behind: no rows, no effects, and its
 * saga's number goes to the next saga. */
#include "engine/saga_begin.h"

#include "engine/batch.h"
#include "engine/batch_saga.h"
#include "engine/effect.h"
#include "engine/event.h"
#include "engine/fit.h"
#include "engine/kinds/child.h"
#include "engine/kinds/child_answer.h"
#include "engine/labels.h"
#include "engine/locks.h"
#include "engine/lookup.h"
#include "engine/name.h"
#include "engine/placement.h"
#include "engine/proceed.h"
#include "engine/state.h"
#include "engine/timer.h"
#include "engine/trace.h"
#include "engine/turn.h"
#include "engine/turn_close.h"
#include "journal/child_name.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/keys.h"
#include "saga/open.h"
#include "saga/saga.h"

static bool begin(struct turn *turn, const struct start_request *start)
{
    struct saga *saga = turn->saga;
    PRE(saga->seq == 0);
    turn->is_new = true;
    turn->state_before = SAGA_STATE_RUNNING;
    memcpy(saga->live.digest, start->digest, sizeof(saga->live.digest));
    saga->live.has_digest = true;
    /* Steps of the saga may take events of the inbox with a number greater than this mark: those
     * that come from now on, or, if an event starts the saga, those after that event. The mark is
     * written even if no step waits for an event, for a later version of the definition may have
     * such a step. */
    uint64_t mark = start->event_number ? start->event_number : turn->engine->inbox_last;
    struct record record = {.type = RECORD_SAGA_STARTED,
                            .name = saga->name,
                            .definition = saga->definition->name,
                            .version = saga->definition->version,
                            .due_ms = start->start_at_ms,
                            .actor = start->actor,
                            .traceparent = start->traceparent,
                            .tracestate = start->tracestate,
                            .input = start->input,
                            .labels = labels_merge(turn, start->labels),
                            .event = start->event,
                            .mark = (int64_t)mark,
                            .form = start->terms};
    locks_begin(turn, start, &record);
    turn_emit(turn, &record);
    trace_begin(saga);
    proceed(turn);
    bool ok = !turn->failed && turn_name(turn, saga->name, start->digest) &&
              (start->key.size == 0 || turn_name(turn, start->key, start->key_digest));
    turn->failed |=
        !ok || (!start->is_child && !batch_reply(turn->batch, turn->ref, SAGA_OK, NULL, saga));
    return turn_close(turn);
}

/* What a batch and the engine held before a start, to be restored if the start fails. */
struct mark {
    struct rows rows;
    uint32_t effect_count;
    uint64_t lsn_last;
    uint64_t inbox_last;
};

/* For a start that has failed: forgets the tokens of its attempts, and frees the participants'
 * slots that were kept for them. */
static void forget_attempts(struct engine *engine, const struct event *event,
                            const struct call *call)
{
    PRE(call->kind == TASK_DO);
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        map_drop(&engine->tokens, span_of(a->token, TOKEN_SIZE));
        if (event->placement && a->task.key.size > 0) {
            event->placement->give_back(a->task.action, call->kind, a->task.session,
                                        event->placement->arg);
        }
    }
}

static void undo_start(struct engine *engine, const struct event *event, struct batch *batch,
                       const struct mark *mark, struct saga **saga)
{
    PRE(mark->effect_count <= batch->effect_count);
    batch->rows.row_count = mark->rows.row_count;
    batch->rows.head_count = mark->rows.head_count;
    batch->rows.name_count = mark->rows.name_count;
    batch->rows.notice_count = mark->rows.notice_count;
    batch->rows.lock_count = mark->rows.lock_count;
    batch->rows.inbox_count = mark->rows.inbox_count;
    batch->rows.wait_count = mark->rows.wait_count;
    batch->effect_count = mark->effect_count;
    engine->inbox_last = mark->inbox_last;
    engine->lsn_last = mark->lsn_last;
    for (uint32_t i = 0; i < (*saga)->step_total; i++) {
        forget_attempts(engine, event, &saga_step(*saga, i)->calls[0]);
    }
    locks_forget(engine, *saga);
    timer_drop(engine, *saga);
    map_drop(&engine->sagas, (*saga)->name);
    saga_destroy(saga);
}

/* Makes the new saga and starts it. Returns false when there is no room for another saga: then
 * nothing has changed. */
static bool start_new(struct engine *engine, const struct event *event, struct batch *batch,
                      const struct start_request *start)
{
    struct saga *saga = NULL;
    struct mark mark = {batch->rows, batch->effect_count, engine->lsn_last, engine->inbox_last};
    if (engine->sagas.count < engine->options.sagas_max) {
        const struct arena_source *memory = engine->options.memory;
        uint64_t id = engine->saga_last + 1;
        saga = start->open_name.size > 0 ? open_new(memory, id, start->name, start->open_name)
                                         : saga_new(memory, id, start->name, start->definition);
    }
    if (saga && map_put(&engine->sagas, saga->name, saga) != SAGA_OK) {
        saga_destroy(&saga);
    }
    if (!saga) {
        return false;
    }
    CHECK(saga->id > engine->saga_last);
    timer_open(saga);
    struct turn turn;
    turn_open(&turn, engine, event, batch, saga);
    int64_t near_ms = start->open_name.size > 0 ? engine->options.near_ms : 0;
    saga->live.lingers_ms = near_ms > 0 ? event->now_ms + near_ms : 0;
    if (begin(&turn, start)) {
        engine->saga_last = saga->id;
        return true;
    }
    undo_start(engine, event, batch, &mark, &saga);
    return false;
}

/* Answers a start whose saga exists already: SAGA_OK if the request is the same as then, else
 * SAGA_IDEMPOTENCY_CONFLICT. */
static bool reply_again(struct batch *batch, const struct event *event, const struct saga *saga)
{
    const struct start_request *start = &event->start;
    PRE(event->kind == EVENT_START);
    bool same = memcmp(saga->live.digest, start->digest, sizeof(saga->live.digest)) == 0;
    enum saga_error rc = same ? SAGA_OK : SAGA_IDEMPOTENCY_CONFLICT;
    if (!batch_reply(batch, event->ref, rc, NULL, saga)) {
        return false;
    }
    batch->effects[batch->effect_count - 1].reply.duplicate = same;
    return true;
}

/* Answers that the input does not fit the definition's input_schema. */
static bool reply_misfit(struct batch *batch, const struct event *event,
                         const struct fit_refusal *refusal)
{
    PRE(refusal->problems != NULL);
    if (!batch_reply(batch, event->ref, SAGA_INVALID, refusal->why, NULL)) {
        return false;
    }
    batch->effects[batch->effect_count - 1].reply.problems = refusal->problems;
    return true;
}

/* Begins a new saga, or answers why there is none. Returns false when memory runs out. */
static bool begin_or_reply(struct engine *engine, const struct event *event, struct batch *batch)
{
    struct start_request own = event->start;
    struct fit_refusal refusal;
    const char *why = NULL;
    enum saga_error rc = fit_input(own.definition, own.input, batch, &refusal);
    if (rc == SAGA_INVALID) {
        return reply_misfit(batch, event, &refusal);
    }
    if (rc == SAGA_OK) {
        rc = locks_fill(engine, &event->start, batch, &own.lock, &why);
    }
    IMPLIES(rc == SAGA_CONFLICT, why != NULL);
    if (rc != SAGA_OK && rc != SAGA_NO_MEMORY) {
        return batch_reply(batch, event->ref, rc, why, NULL);
    }
    if (rc == SAGA_OK && start_new(engine, event, batch, &own)) {
        return true;
    }
    return batch_reply(batch, event->ref, SAGA_OVERLOADED, "no room for another saga", NULL);
}

enum saga_error saga_begin(struct engine *engine, const struct event *event, struct batch *batch)
{
    PRE(event->kind == EVENT_START);
    const struct saga *saga = lookup_saga(engine, event->start.name);
    bool ok = saga ? reply_again(batch, event, saga) : begin_or_reply(engine, event, batch);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

/* If the parent is in memory, tells it at once that its child exists; of the child's end it hears
 * by an event. */
static void note_child(struct engine *engine, const struct saga *child)
{
    struct saga *parent = lookup_saga(engine, child_name_parent(child->name));
    PRE(parent != child);
    if (parent) {
        child_has_begun(parent, child);
    }
}

static enum saga_error obey(struct engine *engine, const struct event *event, struct batch *batch,
                            struct saga *saga)
{
    PRE(event->kind == EVENT_CHILD);
    struct turn turn;
    turn_open(&turn, engine, event, batch, saga);
    child_obey(&turn, &event->child);
    proceed(&turn);
    note_child(engine, saga);
    return turn_close(&turn) ? SAGA_OK : SAGA_NO_MEMORY;
}

/* Begins the child saga. Returns an error code, with *message, if it cannot ever begin; NULL with
 * *begun false: there is no room for it now (*message is NULL then); NULL with *begun true: it has
 * begun. */
static const char *begin_child(struct engine *engine, const struct event *event,
                               struct batch *batch, const char **message, bool *begun)
{
    const struct child_ask *ask = &event->child;
    struct start_request own = ask->start;
    struct fit_refusal refusal;
    *begun = false;
    const char *code = child_refusal(ask, message);
    if (code) {
        return code;
    }
    CHECK(own.definition != NULL);
    enum saga_error rc = fit_input(own.definition, own.input, batch, &refusal);
    if (rc == SAGA_INVALID) {
        *message = refusal.why;
        return error_code(rc);
    }
    if (rc == SAGA_OK) {
        rc = locks_fill(engine, &ask->start, batch, &own.lock, message);
    }
    if (rc == SAGA_INVALID || rc == SAGA_CONFLICT) {
        return error_code(rc);
    }
    *message = NULL;
    *begun = rc == SAGA_OK && start_new(engine, event, batch, &own);
    return NULL;
}

enum saga_error saga_begin_child(struct engine *engine, const struct event *event,
                                 struct batch *batch)
{
    const struct child_ask *ask = &event->child;
    struct saga *saga = lookup_saga(engine, ask->start.name);
    if (saga) {
        return obey(engine, event, batch, saga);
    }
    if (ask->wish == CHILD_PAUSE) {
        return SAGA_OK; /* the child begins when its parent goes on */
    }
    bool begun;
    const char *message;
    const char *code = begin_child(engine, event, batch, &message, &begun);
    if (!begun) {
        return child_tell_none(batch, ask, code, message) ? SAGA_OK : SAGA_NO_MEMORY;
    }
    saga = lookup_saga(engine, ask->start.name);
    CHECK(saga != NULL);
    note_child(engine, saga);
    return SAGA_OK;
}
