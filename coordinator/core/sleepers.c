/* sleepers.c - sagas that sleep come back a while before their time.
 *
 * Only the near horizon is in memory. When the first sleeper outside comes nearer than half of
 * near_ms, all that are due within near_ms are loaded, in the order of their time, some in each
 * round: so 10,000 that are due in the same second are there before it begins, the loop looks at
 * the store once in a while and not for each of them, and nothing else waits for it. After a
 * restart those whose time has passed come first. One
 * that cannot be read is set aside, and the place moves on behind it. */
#include "core/sleepers.h"

#include "core/aside.h"
#include "core/decide.h"
#include "core/state.h"
#include "engine/engine.h"
#include "engine/horizon.h"

enum { SLEEPERS_MAX = 256 }; /* loaded in a round, some 30 us each: heartbeats wait no longer */

/* The sagas to be loaded in this round. A callback of the store must not call the store: so the
 * names are kept, and the sagas loaded afterwards. */
struct found {
    const struct core *core;
    struct arena arena;
    uint32_t count;
    struct span names[SLEEPERS_MAX];
};

/* A saga that the store calls asleep may be in memory: an event has woken it, or it has not left
 * yet. */
static enum saga_error note(const struct store_item *item, void *arg)
{
    struct found *found = arg;
    bool ok = true;
    if (engine_holds(found->core->engine, item->name) || aside_has(found->core, item->name)) {
        return SAGA_OK;
    }
    CHECK(found->count < SLEEPERS_MAX);
    found->names[found->count++] = arena_copy(&found->arena, item->name, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

void sleepers_load(struct core *core)
{
    struct store *store = core->options.store;
    struct found found = {.core = core};
    int64_t until_ms = core->now_ms + core->options.near_ms;
    until_ms = until_ms > core->sleepers_ms ? until_ms : core->sleepers_ms;
    struct store_due due = {.after_ms = core->sleepers_ms,
                            .after_saga = core->sleepers_saga,
                            .until_ms = until_ms,
                            .limit = SLEEPERS_MAX};
    arena_open(&found.arena, &arena_heap, (size_t)SLEEPERS_MAX * 4 * LIMIT_SAGA_ID);
    enum saga_error rc = store->ops->list_due(store, &due, note, &found);
    for (uint32_t i = 0; i < found.count && rc == SAGA_OK; i++) {
        rc = decide_load(core, found.names[i]);
        rc = rc == SAGA_STORE_CORRUPT ? core->failure : rc; /* it is set aside */
    }
    arena_close(&found.arena);
    if (rc != SAGA_OK) {
        core_fail(core, rc);
        return;
    }
    core->sleepers_left = due.next_ms <= until_ms;
    core->sleepers_ms = core->sleepers_left ? due.after_ms : until_ms;
    core->sleepers_saga = core->sleepers_left ? due.after_saga : INT64_MAX;
    engine_sleepers_loaded(core->engine, core->sleepers_ms, due.next_ms);
}

int64_t sleepers_due(const struct core *core)
{
    int64_t next_ms = engine_next_sleeper(core->engine);
    if (core->sleepers_left) {
        return core->now_ms;
    }
    return next_ms == INT64_MAX ? next_ms : next_ms - core->options.near_ms / 2;
}
