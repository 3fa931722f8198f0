/* sim_sleep.c - sagas that wait: in memory or not, none is forgotten.
 *
 * They sleep at every occasion (near_ms is drawn anew in each life of the coordinator), so that
 * nothing that others check may rely on what is in memory. */
#include "engine/due.h"
#include "engine/engine.h"
#include "engine/state.h"
#include "sim.h"

/* Of every saga that is not final, as it is durable. */
static void each_unfinished(struct sim *sim, store_item_fn fn, void *arg)
{
    struct store *store = sim->node.disk.inner;
    struct store_reader *reader = NULL;
    struct store_filter filter = {.limit = SIM_SAGAS, .unfinished = true};
    CHECK(store->ops->reader_open(store, &reader) == SAGA_OK);
    CHECK(reader->ops->list(reader, &filter, fn, arg) == SAGA_OK);
    reader->ops->close(&reader);
}

static enum saga_error check_one(const struct store_item *item, void *arg)
{
    struct sim *sim = arg;
    const struct engine *engine = sim->node.core->engine;
    const struct head *head = &item->head;
    bool sleeps = head->due_ms > engine->horizon_ms[TIMELINE_RUNNING] &&
                  (head->until_ms == 0 || head->until_ms > engine->horizon_ms[TIMELINE_HOST]);
    if (!engine_holds(engine, item->name) && !sleeps) {
        sim_violated(sim, "asleep", "%.*s is not in memory, and due at %lld or %lld o'clock",
                     (int)item->name.size, (const char *)item->name.data, (long long)head->due_ms,
                     (long long)head->until_ms);
    }
    return SAGA_OK;
}

void sim_check_sleepers(struct sim *sim)
{
    if (sim->node.core && !sim->node.dead) {
        each_unfinished(sim, check_one, sim);
    }
}

struct unrest {
    struct sim *sim;
    const char *why;
};

/* Something will happen to it by itself. */
static bool is_timed(const struct sim *sim, const struct store_item *item)
{
    const struct engine *engine = sim->node.core->engine;
    const struct saga *saga = map_get(&engine->sagas, item->name);
    if (!saga) {
        return item->head.due_ms < DUE_NEVER_MS || item->head.until_ms > 0;
    }
    struct dues dues = saga_next_due(engine, saga);
    return dues.ms[TIMELINE_RUNNING] < INT64_MAX || dues.ms[TIMELINE_HOST] < INT64_MAX;
}

static enum saga_error look_at(const struct store_item *item, void *arg)
{
    struct unrest *unrest = arg;
    struct sim *sim = unrest->sim;
    const struct head *head = &item->head;
    int64_t now_ms = sim->now_ms + sim->node.clock_ms;
    const struct sim_saga *saga = sim_saga_named(sim, item->name);
    bool keeps = saga && (sim_lock_is_blocked(sim, saga) || sim_event_keeps(sim, saga) ||
                          sim_child_keeps(sim, saga));
    if (keeps && !head->paused && !is_timed(sim, item)) {
        return SAGA_OK;
    }
    if (!state_is_settled(head->state) || head->paused) {
        sim_say(sim, "%.*s is %s", (int)item->name.size, (const char *)item->name.data,
                head->paused ? "paused" : saga_state_name(head->state));
        unrest->why = "a saga is not settled";
    } else if ((head->due_ms > 0 && head->due_ms <= now_ms) ||
               (head->until_ms > 0 && head->until_ms <= sim_host_ms(sim))) {
        unrest->why = "a sleeper is overdue";
    }
    return SAGA_OK;
}

const char *sim_sleep_unrest(struct sim *sim)
{
    struct unrest unrest = {sim, NULL};
    each_unfinished(sim, look_at, &unrest);
    return unrest.why;
}

static enum saga_error note_paused(const struct store_item *item, void *arg)
{
    struct sim_saga *saga = sim_saga_named(arg, item->name);
    if (saga) {
        saga->is_paused = item->head.paused;
    }
    return SAGA_OK;
}

void sim_sleep_find_paused(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        sim->sagas[i].is_paused = false;
    }
    each_unfinished(sim, note_paused, sim);
}

void sim_sleep_tally(struct sim *sim, const struct rows *rows)
{
    for (uint32_t i = 0; i < rows->head_count; i++) {
        const struct head *head = &rows->heads[i];
        if (head->due_ms > 0) {
            sim_tally(sim, COUNT_SLEEPS);
        }
    }
}
