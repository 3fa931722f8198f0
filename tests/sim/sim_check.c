/* sim_check.c - what must hold at a crash, on the way, and at rest. */
#include "engine/done.h"
#include "engine/engine.h"
#include "engine/load.h"
#include "engine/state.h"
#include "lib/facet_set.h"
#include "lib/saga_dump.h"
#include "saga/saga.h"
#include "sim.h"
#include "store/catalog.h"
#include "view/view.h"

/* ---- replay equals live ---- */

static void compare(struct sim *sim, const struct saga *saga)
{
    static struct buf ours = {.size_max = 1 << 20};
    static struct buf theirs = {.size_max = 1 << 20};
    struct arena arena;
    struct saga_image image;
    struct saga *copy = NULL;
    struct saga_flaw flaw = {.why = ""};
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    struct store *store = sim->node.disk.inner;
    enum saga_error rc = store->ops->load_one(store, saga->name, &arena, &image);
    if (rc == SAGA_OK) {
        const struct definition *definition = catalog_of_saga(sim->node.catalog, &image.head);
        rc = saga_load(&arena_heap, &image, definition, &copy, &flaw);
    }
    if (rc == SAGA_STORE_FAILED) {
        arena_close(&arena);
        return; /* it shows nothing any more; the restart will */
    }
    if (rc != SAGA_OK) {
        sim_violated(sim, "replay", "%.*s cannot be folded: %s %s", (int)saga->name.size,
                     (const char *)saga->name.data, error_code(rc), flaw.why ? flaw.why : "");
    }
    if (!facet_set_is_counted(saga)) {
        sim_violated(sim, "facets", "lists find %.*s by what it is not", (int)saga->name.size,
                     (const char *)saga->name.data);
    }
    saga_dump(saga, &ours);
    saga_dump(copy, &theirs);
    if (!span_equal(buf_span(&ours), buf_span(&theirs))) {
        sim_violated(sim, "replay", "%.*s differs from the fold of its rows", (int)saga->name.size,
                     (const char *)saga->name.data);
    }
    if (image.head.state != saga->state || image.head.paused != saga->paused) {
        sim_violated(sim, "replay", "the head of %.*s differs from its rows", (int)saga->name.size,
                     (const char *)saga->name.data);
    }
    sim_tally(sim, COUNT_REPLAYS);
    saga_destroy(&copy);
    arena_close(&arena);
}

void sim_check_replay(struct sim *sim)
{
    size_t at = 0;
    if (!sim->node.core) {
        return;
    }
    for (const struct saga *saga; (saga = map_next(&sim->node.core->engine->sagas, &at)) != NULL;) {
        if (saga->last_lsn <= sim->node.disk.last_lsn) {
            compare(sim, saga);
        }
    }
}

/* ---- bounds ---- */

static void bound(struct sim *sim, uint64_t value, uint64_t most, const char *what)
{
    if (value > most) {
        sim_violated(sim, "bounded", "%llu %s, at most %llu are explained",
                     (unsigned long long)value, what, (unsigned long long)most);
    }
}

/* Nothing grows beyond what the world has given it to hold. */
void sim_check_bounds(struct sim *sim)
{
    const struct core *core = sim->node.core;
    if (!core) {
        return;
    }
    struct peers_stats stats;
    peers_stats(core->peers, &stats);
    uint64_t attempts = sim->attempts.count;
    bound(sim, stats.sessions, 2u * SIM_PARTIES + sim->counts[COUNT_DEATHS], "sessions");
    bound(sim, stats.queued, attempts, "tasks that wait");
    bound(sim, stats.in_flight, attempts, "tasks in flight");
    bound(sim, core->peers->flights.past_count, 2 * attempts, "past tasks");
    bound(sim, core->peers->contacts.stranger_count, sim->conn_count, "strangers");
    bound(sim, engine_count(core->engine), sim->saga_count + SIM_ASKS, "sagas in memory");
    bound(sim, core->requests.count, 8 * SIM_ASKS, "requests at the engine");
    bound(sim, core->waiter_count, 8 * SIM_ASKS, "waiters");
    bound(sim, core->peers->clients.open_count, 8 * SIM_ASKS, "asks");
    sim_check_sleepers(sim);
}

/* ---- rest ---- */

static enum saga_error look(struct sim *sim, const struct sim_saga *saga, struct arena *arena,
                            struct view *view)
{
    struct saga_image image;
    struct store *store = sim->node.disk.inner;
    enum saga_error rc = store->ops->load_one(store, span_text(saga->name), arena, &image);
    if (rc != SAGA_OK) {
        return rc;
    }
    return view_make(&image, sim_definition(sim, saga), arena, view);
}

/* NULL: at rest. Cheap first. */
const char *sim_check_unrest(struct sim *sim)
{
    const struct core *core = sim->node.core;
    /* What came while it was frozen still lies in its sockets. */
    if (!core || !sim_node_is_up(sim) || !core_is_idle(core)) {
        return "the coordinator is busy";
    }
    const char *why = sim_party_unrest(sim);
    if (why) {
        return why;
    }
    if (sim_tick_is_near(sim)) {
        return "a schedule is due soon";
    }
    if (!sim_client_is_at_rest(sim) || !sim_event_is_at_rest(sim)) {
        return "a client has no answer";
    }
    why = sim_sleep_unrest(sim);
    if (why) {
        return why;
    }
    struct peers_stats stats;
    peers_stats(core->peers, &stats);
    if (stats.in_flight > 0 || stats.queued > 0) {
        return "tasks wait or are in flight";
    }
    if (core->peers->expected_count > 0) {
        return "tasks are expected";
    }
    for (uint32_t i = 0; i < core->peers->session_count; i++) {
        if (core->peers->sessions[i]->reserved > 0) {
            return "a slot is kept for a task";
        }
    }
    return core->waiter_count > 0 ? "somebody waits" : NULL;
}

/* At rest nothing is held that nobody waits for. */
static void check_drained(struct sim *sim)
{
    const struct core *core = sim->node.core;
    uint64_t unfinished = 0;
    size_t at = 0;
    for (const struct saga *saga; (saga = map_next(&core->engine->sagas, &at)) != NULL;) {
        unfinished += !saga_state_is_final(saga->state);
    }
    bound(sim, core->requests.count, 0, "requests at the engine at rest");
    bound(sim, core->peers->clients.open_count, 0, "asks at rest");
    bound(sim, engine_count(core->engine), unfinished, "sagas in memory at rest");
}

static void say_step(struct sim *sim, const struct sim_saga *saga, const struct view_step *step,
                     const char *what)
{
    sim_violated(sim, "standing", "%s: %.*s is %s, and %s", saga->name, (int)step->name.size,
                 (const char *)step->name.data, step_state_name(step->state), what);
}

/* What a step's state says of its effect is what the participants' databases say. */
static void check_steps(struct sim *sim, const struct sim_saga *saga, const struct view *view)
{
    uint32_t index = (uint32_t)(saga - sim->sagas);
    uint32_t place = 0; /* in the definition */
    const struct definition *definition = sim_definition(sim, saga);
    for (uint32_t i = 0; i < view->step_count; i++) {
        const struct view_step *step = &view->steps[i];
        bool is_container = step->spec->for_each && !step->is_item;
        uint32_t number = sim_step_number(definition, place, step->is_item ? step->item + 1 : 0);
        uint32_t count = sim_stands(sim, index, number);
        if (step->state == STEP_STATE_WAITING && step->spec->kind == STEP_KIND_WAIT_EVENT) {
            sim_event_check_wait(sim, saga, number);
        }
        place += step->is_item ? 0 : 1;
        /* A sleep has no effect: it stands as long as its state says so. */
        bool acts = step->spec->kind == STEP_KIND_ACTION && !is_container;
        bool stands = acts ? count > 0 : step->state == STEP_STATE_SUCCEEDED;
        if (step->spec->kind == STEP_KIND_SAGA && !is_container) {
            count = sim_child_count(sim, saga, number);
            stands = count > 0 || (step->state == STEP_STATE_SUCCEEDED &&
                                   sim_child_was_moved(sim, saga, number));
        }
        bool readonly = step->step_class == CLASS_READONLY;
        bool gone = step->state == STEP_STATE_PENDING || step->state == STEP_STATE_FAILED ||
                    step->state == STEP_STATE_COMPENSATED || step->state == STEP_STATE_SKIPPED;
        if (step->state == STEP_STATE_SUCCEEDED && !stands) {
            say_step(sim, saga, step, "its effect does not stand");
        }
        bool is_known = !(saga->resolved & 1u << number);
        if (step->state == STEP_STATE_SUCCEEDED && count > 1 && step->spec->has_undo && is_known &&
            view->state != SAGA_STATE_PARKED) {
            say_step(sim, saga, step, "an effect of an old key stands, too");
        }
        if (gone && stands && !readonly && is_known) {
            say_step(sim, saga, step, "its effect stands");
        }
        bool open = step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_RETRYING ||
                    step->state == STEP_STATE_IN_DOUBT || step->state == STEP_STATE_COMPENSATING ||
                    step->state == STEP_STATE_WAITING;
        if (open && saga_state_is_final(view->state)) {
            say_step(sim, saga, step, "the saga has ended");
        }
        /* A container has no effect but those of its items, which are looked at themselves. */
        bool undone = view->state == SAGA_STATE_COMPENSATED &&
                      step->state == STEP_STATE_SUCCEEDED && !readonly && !is_container;
        if (undone) {
            say_step(sim, saga, step, "the saga is compensated");
        }
        bool kept = view->state == SAGA_STATE_COMPLETED && step->state != STEP_STATE_SUCCEEDED &&
                    step->state != STEP_STATE_SKIPPED && step->state != STEP_STATE_RESOLVED &&
                    step->state != STEP_STATE_COMPENSATED && step->state != STEP_STATE_KEPT &&
                    !(step->is_item && step->spec->goes_on && step->state == STEP_STATE_FAILED);
        if (kept) {
            say_step(sim, saga, step, "the saga is completed");
        }
    }
}

/* Nothing that could be undone waits for what is parked: a person who looks at a parked saga finds
 * done whatever could be. What can still be waited for is its strict order. */
static void check_no_undo_waits(struct sim *sim, const struct sim_saga *saga)
{
    const struct saga *live = map_get(&sim->node.core->engine->sagas, span_text(saga->name));
    if (!live || live->state != SAGA_STATE_PARKED || live->definition->strict) {
        return;
    }
    for (uint32_t i = 0; i < live->step_total; i++) {
        const struct step *step = saga_step(live, i);
        bool may = step_wants_undo(step) && step->state != STEP_STATE_PARKED &&
                   step->undo_state == UNDO_STATE_PENDING;
        if (may) {
            sim_violated(sim, "settled", "%s is parked, and the undo of %.*s has not begun",
                         saga->name, (int)step->spec->name.size,
                         (const char *)step->spec->name.data);
        }
    }
}

static bool has_pivot(const struct sim *sim, const struct sim_saga *saga)
{
    const struct definition *definition = sim_definition(sim, saga);
    for (uint32_t i = 0; i < definition->step_count; i++) {
        if (definition->steps[i].step_class == CLASS_PIVOT) {
            return true;
        }
    }
    return false;
}

static void check_saga(struct sim *sim, const struct sim_saga *saga)
{
    struct arena arena;
    struct view view;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    enum saga_error rc = look(sim, saga, &arena, &view);
    if (rc != SAGA_OK && (saga->acknowledged || saga->id != 0)) {
        sim_violated(sim, "acknowledged", "%s is gone: %s", saga->name, error_code(rc));
    }
    /* Behind a parked saga, which keeps its key, all others wait. */
    bool blocked = rc == SAGA_OK && !state_is_settled(view.state) && sim_lock_is_blocked(sim, saga);
    if (rc == SAGA_OK && !blocked) {
        if (!state_is_settled(view.state) && !sim_event_keeps(sim, saga) &&
            !sim_child_keeps(sim, saga)) {
            sim_violated(sim, "settled", "%s is %s", saga->name, saga_state_name(view.state));
        }
        /* An alert dies with the process that was to give it: the journal has it. */
        if (view.state == SAGA_STATE_PARKED && !saga->alerted &&
            saga->crashes == sim->node.crashes) {
            sim_violated(sim, "alert", "%s is parked, and nobody was told", saga->name);
        }
        if (saga->rolled_back && view.state == SAGA_STATE_COMPLETED && !has_pivot(sim, saga)) {
            sim_violated(sim, "cancel", "%s was rolled back and is completed", saga->name);
        }
        if (saga->written_off != (view.state == SAGA_STATE_TERMINATED) && saga->written_off) {
            sim_violated(sim, "acknowledged", "%s was terminated", saga->name);
        }
        if (saga->is_open) {
            sim_open_check(sim, saga, &view);
        } else if (view.state != SAGA_STATE_TERMINATED) {
            check_steps(sim, saga, &view);
        }
        check_no_undo_waits(sim, saga);
        static const enum sim_count counts[SAGA_STATE_COUNT] = {
            [SAGA_STATE_COMPLETED] = COUNT_COMPLETED,
            [SAGA_STATE_COMPENSATED] = COUNT_COMPENSATED,
            [SAGA_STATE_PARKED] = COUNT_PARKED,
            [SAGA_STATE_TERMINATED] = COUNT_TERMINATED};
        bool is_settled = state_is_settled(view.state);
        sim_tally(sim, is_settled ? counts[view.state] : COUNT_KEPT_WAITING);
    }
    arena_close(&arena);
}

void sim_check_end(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->saga_count; i++) {
        check_saga(sim, &sim->sagas[i]);
    }
    sim_event_check_starts(sim);
    sim_tick_check_starts(sim);
    check_drained(sim);
    sim_check_replay(sim);
    sim_check_bounds(sim);
}
