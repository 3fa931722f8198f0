/* starts.c - makes one start of a saga that an event or a schedule starts. */
#include "core/starts.h"

#include "core/decide.h"
#include "core/state.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/event.h"

/* Finds the engine's reply to the start just decided among the effects from this index on. */
static enum saga_error reply_of(const struct core *core, uint32_t effects_before, const char **why)
{
    const struct batch *batch = &core->making->batch;
    for (uint32_t i = effects_before; i < batch->effect_count; i++) {
        if (batch->effects[i].kind == EFFECT_REPLY) {
            *why = batch->effects[i].reply.why;
            return batch->effects[i].reply.error;
        }
    }
    return SAGA_OK;
}

enum saga_error starts_step(struct core *core, const struct event *start, const char **why)
{
    struct store *store = core->options.store;
    struct event event = *start;
    struct span lacking;
    struct name found;
    if (engine_lacks(core->engine, &event, &lacking)) {
        enum saga_error rc = store->ops->find_name(store, event.start.name, &found);
        if (rc == SAGA_OK) {
            bool same = memcmp(found.digest, event.start.digest, sizeof(found.digest)) == 0;
            return same ? SAGA_OK : SAGA_IDEMPOTENCY_CONFLICT;
        }
        if (rc != SAGA_NOT_FOUND) {
            core_fail(core, rc);
            return rc;
        }
    }
    uint32_t before = core->making->batch.effect_count;
    decide_step(core, &event);
    return core->failure == SAGA_OK ? reply_of(core, before, why) : core->failure;
}
