/* sim_node.c - the coordinator: the core, the peers and the memory store of the product, driven
 * turn by turn, on a disk that is slow, fills up and fails.
 *
 * It dies in four ways: between two turns; in the midst of the effects of a batch, at any frame;
 * right after a commit, before anybody hears of it; and by a commit that fails. From the moment of
 * its death nothing it does counts: frames vanish and commits are forgotten, until the end of the
 * turn, when it is taken away. */
#include "store/catalog.h"
#include "sim.h"
#include "core/requests.h"
#include "core/decide.h"
#include "core/recover.h"
#include "store/store_memory.h"
#include "api/pack.h"

/* ---- what the core asks of its surroundings ---- */

static enum saga_error wire_send(struct span connection, struct span frame, void *arg)
{
    struct sim *sim = arg;
    struct sim_node *node = &sim->node;
    uint32_t conn = 0;
    CHECK(connection.size == sizeof(conn));
    memcpy(&conn, connection.data, sizeof(conn));
    if (node->dead) {
        return SAGA_OK;
    }
    if (node->sends_left > 0 && --node->sends_left == 0) {
        node->dead = true;
        sim_tally(sim, COUNT_KILLS);
        return SAGA_OK;
    }
    if (sim->conns[conn].gone_seen) {
        return SAGA_UNAVAILABLE;
    }
    if (sim_chance(sim, sim->weather.stall)) {
        sim_tally(sim, COUNT_STALLED);
        return SAGA_OVERLOADED;
    }
    sim_watch_send(sim, conn, frame);
    sim_net_down(sim, conn, frame);
    return SAGA_OK;
}

static void draw_bytes(void *bytes, size_t size, void *arg)
{
    struct sim *sim = arg;
    uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        sim->node.random = sim->node.random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        at[i] = (uint8_t)(sim->node.random >> 56);
    }
}

/* As looks.c answers a client's `get`, at once. */
static enum saga_error get(struct peers_look *look, void *arg)
{
    struct sim *sim = arg;
    struct store *store = &sim->node.disk.base;
    struct arena arena;
    struct saga_image image;
    arena_open(&arena, &arena_heap, (size_t)4 * LIMIT_SAGA_MEMORY);
    look->error = store->ops->load_one(store, look->saga, &arena, &image);
    if (look->error == SAGA_OK) {
        const struct definition *definition = catalog_of_saga(sim->node.catalog, &image.head);
        const struct pack_range part = {.since = look->range.since, .limit = look->range.limit};
        CHECK(definition != NULL);
        look->error = pack_saga(&image, definition, &part, &look->body, &look->pairs);
    }
    arena_close(&arena);
    look->answer(look);
    return SAGA_OK;
}

/* ---- its lives ---- */

static const struct webhooks hooks = {.count = 1, .items = {{.name = "ops"}}};

static void start(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    char why[256];
    sim_clock_open(sim);
    struct core_options options = {.store = &node->disk.base,
                                   .dead_ms = SIM_DEAD_MS,
                                   .seed = sim->seed,
                                   .clock = &node->remembers,
                                   .sagas_max = 1000,
                                   .near_ms = 1 + sim_draw(sim, 3000),
                                   .hooks = &hooks,
                                   .random = draw_bytes,
                                   .random_arg = sim};
    CHECK(catalog_new(&node->catalog) == SAGA_OK);
    options.catalog = node->catalog;
    CHECK(core_new(&options, &node->core) == SAGA_OK);
    node->desk = (struct desk){.ask = core_ask, .arg = node->core};
    struct peers_options peers = {.heartbeat_ms = SIM_HEARTBEAT_MS,
                                  .dead_ms = SIM_DEAD_MS,
                                  .message_max = LIMIT_MESSAGE_IN,
                                  .seed = sim->seed,
                                  .server = "sim",
                                  .endpoint = "sim"};
    struct wire_ops wire = {.send = wire_send, .arg = sim};
    struct peers_reader reader = {.get = get, .arg = sim};
    CHECK(peers_new(&peers, &wire, &reader, &node->desk, &node->peers) == SAGA_OK);
    peers_on_event(node->peers, core_event, node->core);
    core_set_peers(node->core, node->peers);
    outputs_now_set(&node->outputs, &node->disk.base, node->catalog, node->core);
    if (core_recover(node->core, why, sizeof(why)) != SAGA_OK) {
        sim_violated(sim, "replay", "the store cannot be folded: %s", why);
    }
    node->dead = false;
    node->back_ms = 0;
    node->dies_at_commit = false;
    node->sends_left = 0;
    node->drain_ms = 0;
    sim->served = sim->commits;
    sim_clock_tell(sim);
    CHECK(core_serve(node->core, sim->now_ms + node->clock_ms) == SAGA_OK);
    sim_say(sim, "the coordinator serves");
}

static void stop(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    if (!node->core) {
        return;
    }
    node->dead = true;
    core_destroy(&node->core);
    peers_destroy(&node->peers);
    catalog_destroy(&node->catalog);
    if (node->disk.pending) {
        sim_tally(sim, COUNT_FORGOTTEN);
    }
    node->disk.pending = NULL;
    node->disk.durable = 0;
    store_memory_crash(node->disk.inner);
}

void sim_node_open(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    node->disk.base.ops = &sim_disk_ops;
    node->random = sim->seed;
    CHECK(store_memory_open(&node->disk.inner) == SAGA_OK);
    start(sim);
}

void sim_node_close(struct sim *sim)
{
    stop(sim);
    sim->node.disk.inner->ops->close(&sim->node.disk.inner);
}

void sim_node_crash(struct sim *sim, int64_t down_ms)
{
    struct sim_node *node = &sim->node;
    sim_say(sim, "the coordinator crashes");
    sim_tally(sim, COUNT_CRASHES);
    sim_check_replay(sim);
    stop(sim);
    node->crashes++;
    node->back_ms = sim->now_ms + down_ms;
    node->frozen_ms = 0;
    for (uint32_t i = 1; i <= sim->conn_count; i++) {
        sim_net_cut(sim, i);
        sim->conns[i].up_open = false;
        sim->conns[i].gone_seen = true;
    }
    if (!sim->is_calm && sim_chance(sim, 300)) {
        sim_clock_jump(sim);
    }
    if (!sim->is_calm && sim_chance(sim, 300)) {
        sim_clock_boot(sim);
    }
    sim_net_schedule(sim, SIM_WAKE, node->back_ms, 0, 0);
}

bool sim_node_is_up(const struct sim *sim)
{
    return sim->node.core && sim->now_ms >= sim->node.frozen_ms;
}

void sim_node_receive(struct sim *sim, uint32_t conn, struct span frame)
{
    struct sim_node *node = &sim->node;
    struct span name = span_of(&conn, sizeof(conn));
    int64_t now_ms = sim->now_ms + node->clock_ms;
    core_begin(node->core, now_ms);
    peers_receive(node->peers, name, frame, now_ms);
}

void sim_node_ask(struct sim *sim, struct request *request)
{
    core_begin(sim->node.core, sim->now_ms + sim->node.clock_ms);
    core_ask(request, sim->node.core);
}

int64_t sim_node_due(const struct sim *sim)
{
    const struct sim_node *node = &sim->node;
    if (!node->core) {
        return node->back_ms;
    }
    int64_t due_ms = core_next_due(node->core);
    due_ms = due_ms == INT64_MAX ? due_ms : due_ms - node->clock_ms;
    if (node->disk.pending && node->disk.ready_ms < due_ms) {
        due_ms = node->disk.ready_ms;
    }
    return due_ms < node->frozen_ms ? node->frozen_ms : due_ms;
}

void sim_node_turn(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    if (!node->core && sim->now_ms >= node->back_ms) {
        start(sim);
    }
    if (!sim_node_is_up(sim)) {
        return;
    }
    sim_clock_tell(sim);
    enum saga_error rc = core_round(node->core, sim->now_ms + node->clock_ms);
    if (rc != SAGA_OK && rc != SAGA_STORE_FAILED) {
        sim_violated(sim, "replay", "the core stops: %s", error_code(rc));
    }
    if (rc != SAGA_OK) {
        sim_tally(sim, COUNT_FAILED_COMMITS);
    }
    bool is_drained = node->drain_ms > 0 && sim->now_ms >= node->drain_ms;
    if (rc != SAGA_OK || node->dead || is_drained) {
        sim_node_crash(sim, sim_draw(sim, 4000));
    }
}

/* ---- troubles ---- */

/* As for an update: it is asked to stop, and does after a while. */
static void drain(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    int64_t after_ms = 500 + sim_draw(sim, 4000);
    core_drain(node->core);
    peers_drain(node->peers, after_ms, sim->now_ms + node->clock_ms);
    node->drain_ms = sim->now_ms + after_ms;
    sim_net_schedule(sim, SIM_WAKE, node->drain_ms, 0, 0);
}

void sim_node_trouble(struct sim *sim)
{
    const struct sim_weather *weather = &sim->weather;
    struct sim_node *node = &sim->node;
    if (!node->core) {
        return;
    }
    if (sim_chance(sim, weather->commit)) {
        store_memory_fail_at(node->disk.inner, 1 + sim_draw(sim, 5));
    }
    if (!node->disk.is_full && sim_chance(sim, weather->disk)) {
        node->disk.is_full = true;
        sim_tally(sim, COUNT_FULL_DISKS);
        sim_net_schedule(sim, SIM_SPACE, sim->now_ms + 500 + sim_draw(sim, 8000), 0, 0);
    }
    if (sim_chance(sim, weather->freeze)) {
        int64_t until_ms = sim->now_ms + 100 + sim_draw(sim, 12000);
        node->frozen_ms = until_ms > node->frozen_ms ? until_ms : node->frozen_ms;
        sim_tally(sim, COUNT_FREEZES);
        sim_net_schedule(sim, SIM_WAKE, node->frozen_ms, 0, 0);
    }
    if (!sim->is_calm && sim_chance(sim, 60)) {
        sim_clock_jump(sim);
    }
    if (!sim_chance(sim, weather->crash)) {
        return;
    }
    switch (sim_draw(sim, 4)) {
    case 0:
        sim_node_crash(sim, sim_draw(sim, 8000));
        break;
    case 1:
        node->sends_left = 1 + sim_draw(sim, 6);
        break;
    case 2:
        drain(sim);
        break;
    default:
        node->dies_at_commit = true;
        break;
    }
}

void sim_node_calm(struct sim *sim)
{
    struct sim_node *node = &sim->node;
    node->disk.is_full = false;
    node->sends_left = 0;
    node->dies_at_commit = false;
    store_memory_fail_at(node->disk.inner, 0);
}
