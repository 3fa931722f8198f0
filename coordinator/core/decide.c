/* decide.c - decides one event: loads its saga into memory, asks the engine, and tells the
 * webhooks. */
#include "core/decide.h"

#include "core/aside.h"
#include "core/notices.h"
#include "core/state.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/load.h"
#include "store/catalog.h"

const struct definition *decide_definition(struct span name, uint32_t version, void *arg)
{
    const struct core *core = arg;
    return catalog_find(core->options.catalog, name, version);
}

static void refill(struct core *core)
{
    if (core->entropy.size - core->entropy.used < (size_t)ENTROPY_PER_EVENT) {
        core->options.random(core->random, sizeof(core->random), core->options.random_arg);
        core->entropy.used = 0;
    }
}

enum saga_error decide_take(struct core *core, struct saga_image *image)
{
    enum saga_error rc = SAGA_STORE_CORRUPT;
    if (!image->is_unreadable) {
        rc = engine_load(core->engine, image, decide_definition, core, &image->flaw);
    }
    if (rc == SAGA_STORE_CORRUPT) {
        aside_put(core, image);
    } else if (rc == SAGA_OK) {
        aside_loaded(core, image->name);
    }
    return rc;
}

enum saga_error decide_load(struct core *core, struct span name)
{
    struct store *store = core->options.store;
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    enum saga_error rc = store->ops->load_one(store, name, &arena, &image);
    if (rc == SAGA_OK || rc == SAGA_STORE_CORRUPT) {
        image.is_unreadable = rc == SAGA_STORE_CORRUPT;
        image.name = image.name.size > 0 ? image.name : name;
        rc = decide_take(core, &image);
    }
    arena_close(&arena);
    return rc;
}

void decide_step(struct core *core, struct event *event)
{
    if (core->failure != SAGA_OK) {
        return;
    }
    struct span name;
    bool is_aside = false;
    /* A start does not need its saga in memory: whether the name is taken was looked up before. */
    if (event->kind != EVENT_START && engine_lacks(core->engine, event, &name)) {
        enum saga_error rc = aside_has(core, name) ? SAGA_STORE_CORRUPT : decide_load(core, name);
        is_aside = rc == SAGA_STORE_CORRUPT;
        if (rc != SAGA_OK && rc != SAGA_NOT_FOUND && !is_aside) {
            core_fail(core, rc);
        }
    }
    if (is_aside && core->failure == SAGA_OK) {
        aside_step(core, event);
    }
    if (is_aside || core->failure != SAGA_OK) {
        return;
    }
    refill(core);
    event->host_lead_ms = core->host_lead_ms;
    event->entropy = &core->entropy;
    event->placement = core->peers ? &core->placement : NULL;
    struct batch *batch = &core->making->batch;
    uint32_t told = batch->rows.notice_count;
    enum saga_error rc = engine_step(core->engine, event, batch);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
    } else if (batch->rows.notice_count > told) {
        notices_send(core, told);
    }
}

void core_event(const struct event *event, void *arg)
{
    struct core *core = arg;
    struct event own = *event;
    decide_step(core, &own);
}
