/* decide.c - one event decided: its saga in memory, the engine asked, the webhooks told. */
#include "core/decide.h"

#include <stdio.h>

#include "base/log.h"
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

static enum saga_error take(struct core *core, const struct saga_image *image)
{
    const char *why = NULL;
    enum saga_error rc = engine_load(core->engine, image, decide_definition, core, &why);
    if (rc == SAGA_STORE_CORRUPT) {
        char saga[LIMIT_SAGA_ID * 2 + 1];
        snprintf(saga, sizeof(saga), "%.*s", (int)image->name.size, (const char *)image->name.data);
        log_line(LOG_ERROR, "saga_unreadable", "saga", saga, "what", why ? why : "", NULL);
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
    if (rc == SAGA_OK) {
        rc = take(core, &image);
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
    /* A start does not need its saga: whether the name is taken was looked up before. */
    if (event->kind != EVENT_START && engine_lacks(core->engine, event, &name)) {
        enum saga_error rc = decide_load(core, name);
        if (rc != SAGA_OK && rc != SAGA_NOT_FOUND) {
            core_fail(core, rc);
            return;
        }
    }
    refill(core);
    event->entropy = &core->entropy;
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
