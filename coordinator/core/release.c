/* release.c - lets the effects of a batch leave that has become durable, in their order. */
#include "core/release.h"

#include <stdio.h>

#include "base/log.h"
#include "core/decide.h"
#include "core/definitions.h"
#include "core/deliveries.h"
#include "core/recalls.h"
#include "core/requests.h"
#include "core/state.h"
#include "core/waiters.h"
#include "engine/batch.h"
#include "engine/effect_kind.h"
#include "engine/event.h"
#include "engine/fetch.h"
#include "engine/leave.h"
#include "peers/peers.h"
#include "store/catalog.h"

static void alert(const struct effect *effect)
{
    char saga[LIMIT_SAGA_ID * 2 + 1];
    char step[LIMIT_STEP + 1];
    char code[LIMIT_CODE + 1];
    snprintf(saga, sizeof(saga), "%.*s", (int)effect->status.saga.size,
             (const char *)effect->status.saga.data);
    snprintf(step, sizeof(step), "%.*s", (int)effect->status.step.size,
             effect->status.step.size ? (const char *)effect->status.step.data : "");
    snprintf(code, sizeof(code), "%.*s", (int)effect->status.code.size,
             (const char *)effect->status.code.data);
    log_line(LOG_WARN, "alert", "saga", saga, "step", step, "code", code, "state",
             saga_state_name(effect->status.state), NULL);
}

static void ask_child(struct core *core, const struct child_ask *ask)
{
    struct event event = {.kind = EVENT_CHILD, .now_ms = core->now_ms, .child = *ask};
    /* While the coordinator drains, no child saga begins: its parent asks for the child again after
     * the restart. */
    if (ask->wish != CHILD_START || !core->draining) {
        event.child.start.definition =
            catalog_find(core->options.catalog, ask->definition, ask->version);
        decide_step(core, &event);
    }
}

static void tell_parent(struct core *core, const struct child_end *end)
{
    struct event event = {.kind = EVENT_CHILD_END, .now_ms = core->now_ms, .child_end = *end};
    decide_step(core, &event);
}

static void offer_lock(struct core *core, struct span saga)
{
    struct event event = {.kind = EVENT_LOCK_FREE, .now_ms = core->now_ms, .lock_for = saga};
    decide_step(core, &event);
}

static void release_effect(struct core *core, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_TASK:
        peers_task(core->peers, effect->task, core->now_ms);
        return;
    case EFFECT_CANCEL:
        peers_cancel(core->peers, effect, core->now_ms);
        return;
    case EFFECT_DONE:
        if (effect->ref & REF_OF_REQUEST) {
            requests_finished(core, effect);
        } else {
            peers_done(core->peers, effect, core->now_ms);
        }
        return;
    case EFFECT_REPLY:
        requests_reply(core, effect);
        return;
    case EFFECT_STATUS:
        waiters_wake(core, effect);
        return;
    case EFFECT_ALERT:
        alert(effect);
        return;
    case EFFECT_CHILD:
        ask_child(core, effect->child);
        return;
    case EFFECT_CHILD_END:
        tell_parent(core, effect->child_end);
        return;
    case EFFECT_RECALL:
        recalls_add(core, effect);
        return;
    case EFFECT_LOCK_FREE:
        offer_lock(core, effect->status.saga);
        return;
    }
}

static void forget_keys(struct core *core, const struct rows *rows)
{
    for (uint32_t i = 0; i < rows->name_count && core->keys_pending.count > 0; i++) {
        (void)map_drop(&core->keys_pending, rows->names[i].text);
    }
}

static void fetch(const struct batch *batch, uint32_t i, enum engine_fetch what)
{
    if (i < batch->effect_count && batch->effects[i].kind == EFFECT_TASK) {
        engine_fetch(batch->effects[i].task, what);
    }
}

void release(struct core *core, struct work *work)
{
    struct batch *batch = &work->batch;
    if (batch->rows.row_count > 0) {
        core->lsn_durable = batch->rows.rows[batch->rows.row_count - 1].lsn;
        core->rows += batch->rows.row_count;
    }
    definitions_settle(core, work);
    deliveries_settle(core, work);
    for (uint32_t i = 0; i < batch->effect_count; i++) {
        fetch(batch, i + 12, FETCH_ATTEMPT);
        fetch(batch, i + 8, FETCH_STEP);
        fetch(batch, i + 4, FETCH_SAGA);
        release_effect(core, &batch->effects[i]);
    }
    events_released(core, work);
    peers_flush(core->peers, core->now_ms);
    forget_keys(core, &batch->rows);
    enum saga_error rc = engine_released(core->engine, batch->serial, &core->making->batch);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    }
    batch_clear(batch);
    requests_ask_again(core);
}
