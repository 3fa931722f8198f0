/* sleepers.c - loads sleeping sagas into memory a while before they are due.
 *
 * Only sagas that are due within near_ms need be in memory. When the first sleeper outside comes
 * nearer than half of near_ms, all that are due within near_ms are loaded, in the order of their
 * time, some in each round: so 10,000 that are due in the same second are there before it
 * begins, the loop looks at the store once in a while and not for each of them, and nothing else
 * waits for it. After a restart the sagas whose time has passed come first. One that cannot be
 * read is set aside, and loading goes on behind it.
 *
 * All this is done twice: for sagas that wait for the end of a duration, and for sagas that wait
 * for a time of day. When the host's clock is set forward, more of the latter are due, and are
 * loaded in the same way. When it is set far back, the horizon goes back with it, or sagas that
 * have been put to sleep since would stay in memory until the clock has come there again. */
#include "core/sleepers.h"

#include "core/aside.h"
#include "core/decide.h"
#include "core/state.h"
#include "engine/engine.h"
#include "engine/horizon.h"

/* sagas loaded in a round, some 30 us each: other matters, as heartbeats, wait no longer */
enum { SLEEPERS_MAX = 256 };

/* The sagas to load in this round. The store must not be called from within its own callback, so
 * their names are kept first, and the sagas loaded afterwards. */
struct found {
    const struct core *core;
    struct arena arena;
    uint32_t count;
    struct span names[SLEEPERS_MAX];
};

/* Notes the name of a sleeping saga. It may be in memory all the same: an event has woken it, or it
 * has not left yet. */
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

/* Loads some of the sagas that are due soon on this clock. */
static enum saga_error load(struct core *core, enum timeline timeline)
{
    struct store *store = core->options.store;
    struct sleepers *sleepers = &core->sleepers[timeline];
    struct found found = {.core = core};
    int64_t now_ms = timeline == TIMELINE_HOST ? core_host_ms(core) : core->now_ms;
    int64_t until_ms = now_ms + core->options.near_ms;
    until_ms = until_ms > sleepers->due_ms ? until_ms : sleepers->due_ms;
    struct store_due due = {.timeline = timeline,
                            .after_ms = sleepers->due_ms,
                            .after_saga = sleepers->saga,
                            .until_ms = until_ms,
                            .limit = SLEEPERS_MAX};
    arena_open(&found.arena, &arena_heap, (size_t)SLEEPERS_MAX * 4 * LIMIT_SAGA_ID);
    enum saga_error rc = store->ops->list_due(store, &due, note, &found);
    for (uint32_t i = 0; i < found.count && rc == SAGA_OK; i++) {
        rc = decide_load(core, found.names[i]);
        rc = rc == SAGA_STORE_CORRUPT ? core->failure
                                      : rc; /* decide_load() has set the saga aside */
    }
    arena_close(&found.arena);
    if (rc != SAGA_OK) {
        return rc;
    }
    sleepers->left = due.next_ms <= until_ms;
    sleepers->due_ms = sleepers->left ? due.after_ms : until_ms;
    sleepers->saga = sleepers->left ? due.after_saga : INT64_MAX;
    engine_sleepers_loaded(core->engine, timeline, sleepers->due_ms, due.next_ms);
    return SAGA_OK;
}

/* The running time at which load() is to be called again for this clock. */
static int64_t load_due(const struct core *core, enum timeline timeline)
{
    struct dues dues = DUES_NEVER;
    int64_t next_ms = engine_next_sleeper(core->engine)->ms[timeline];
    if (core->sleepers[timeline].left) {
        return core->now_ms;
    }
    dues.ms[timeline] = next_ms == INT64_MAX ? next_ms : next_ms - core->options.near_ms / 2;
    return dues_first(&dues, core->host_lead_ms);
}

void sleepers_load(struct core *core)
{
    for (uint32_t i = 0; i < TIMELINE_COUNT && core->failure == SAGA_OK; i++) {
        enum saga_error rc = load_due(core, i) <= core->now_ms ? load(core, i) : SAGA_OK;
        if (rc != SAGA_OK) {
            core_fail(core, rc);
        }
    }
}

int64_t sleepers_due(const struct core *core)
{
    int64_t due_ms = load_due(core, TIMELINE_RUNNING);
    int64_t host_ms = load_due(core, TIMELINE_HOST);
    return host_ms < due_ms ? host_ms : due_ms;
}

void sleepers_set_back(struct core *core)
{
    struct sleepers *sleepers = &core->sleepers[TIMELINE_HOST];
    if (sleepers->due_ms > core_host_ms(core) + 2 * core->options.near_ms) {
        *sleepers = (struct sleepers){.left = true};
        engine_sleepers_loaded(core->engine, TIMELINE_HOST, 0, 0);
    }
}
