/* sim.c - the whole coordinator in virtual time, under all kinds of weather, from a seed.
 *
 *   sim                   seeds 1 to 2000, then one that nobody has seen; it is printed
 *   sim SEED [COUNT] [-v] the same again, exactly; -v tells what happens
 *
 * What must hold, and with what break of the product each was seen to fail within 3000 seeds:
 *
 *   acknowledged  a start answered ok, a verdict given, a finish answered is durable, and stays:
 *                 the same id, the same request (a verdict sent as a result arrives)
 *   durable_first no task leaves before its record is durable (release without asking the store)
 *   known         no token that was issued is unknown (final sagas not loaded for a result)
 *                 whoever brings it (unknown when the connection has another's session)
 *   key           one key, one request (in_doubt by the number of the attempt)
 *   phantom       no undo of what was never intended (do_key of another run)
 *   order         an undo leaves when nothing after its step stands (every step clear in
 *                 undo_parallel); so does the reversal of a child
 *   overtake      no do takes effect after its undo has left, without a barrier (call_clear_ms = 0)
 *   placed        an attempt whose record names a participant is sent to no other (a task that
 *                 does not fit any more offered to others)
 *   untaken       no attempt acts that was recorded as never taken (what an instance names not
 *                 looked at by returns.c)
 *   bad_output    a result that is not of the wire's form leaves its attempt in doubt, as
 *                 `bad_output`, whatever else is said of it (results_spoil without doubt). `form`:
 *                 and nobody is told of an error for it (nothing salvaged)
 *   standing      what a step's state says of its effect, the databases say; a completed saga has
 *                 all done, a compensated one nothing standing (in doubt folded as failed)
 *   settled       in calm weather everything comes to rest: sagas final or parked, no task, answer,
 *                 request or slot left (free_slot without effect). Who waits for nothing but a
 *                 parked child is parked, and then no undo waits (child_is_parked not looked at in
 *                 done.c, or on the strict way only)
 *   cancel        a roll-back that was taken is not forgotten (its record left out)
 *   alert         a parked saga was alerted (turn_alert left out)
 *   replay        a saga in memory is the fold of its rows, also at each crash; the core stops for
 *                 failed commits only (losses counted without a record)
 *   bounded       nothing holds more than the world has given it (leave_later left out of load.c)
 *   exclusive     at most so many sagas hold a concurrency key, they have it in the order in which
 *                 they came, and no step begins without it (has_room always true; the queue's last
 *                 first; locks_allow always true)
 *   asleep        a saga that is not final is in memory, or asleep until a time that is not near
 *                 (horizon_ms not looked at in leave.c, or the batch of the newest turn)
 *   told          what webhooks are told is what was recorded, in the same commit, in order, once
 *                 (tell_record before the fold)
 *   event         an event that came since a saga's start is not lost: at rest no step waits for
 *                 one that matches, and each takes the first that does (the recall left out;
 *                 will_wait false on the way to a save-point;
 *                 the mark of the saga, or of the step, left out); only a step that waits takes
 *                 one, and none twice; each event starts one saga of each definition that listens
 *                 (its id left out of set_digest), and has one outcome whenever it is sent; what
 *                 is answered is durable (`acknowledged`: answered when it is taken in), and is
 *                 answered in the end (`settled`: await_decided left out)
 *   child         a child begins for a step that waits for it, and for no other; the step ends as
 *                 its child has (any child's end taken for it; a failed one for completed, and the
 *                 other way round; a completed one for reversed), the saga after all its children
 *                 (a step that waits is done), and a child hears when its parent turns back
 *                 (CHILD_BACK never asked; one that is not there begun by it: in 7000 seeds); an
 *                 undo that waits for a parked child is not stuck (child_is_parked not looked at
 *                 in due.c).
 *                 `durable_first`: it begins after the step's record (asked for as the batch is
 *                 given to the store). `settled`: its end reaches its parent (child_owes_its_end
 *                 false). `standing`: of an undone step no child stands (one that is being
 *                 reversed is done)
 *   pivot         while a pivot that is a child has not ended, its saga does not turn back
 *                 (child_is_watched not looked at in pivot.c); once it has completed, only a person
 *                 turns it back (such a pivot never counted as succeeded). `child`: one that is
 *                 called off hears of it (is_asked false)
 *   migrated      what has begun is written the same in the version that a saga goes on under, and
 *                 of the same class (nothing differs); its head says which version (is_migrated
 *                 left out)
 *   tick          a tick of a schedule starts one saga, when it is due or later, and before
 *                 those of later ticks, and its mark is durable then (the mark not moved; due an
 *                 hour early); at rest the last has started one, and of `all` each (of all the
 *                 last); what was missed starts none that `one` or `none` leaves out (none made
 *                 up for; the oldest one made up for)
 *   clock         wherever the host's clock is set to: running time never goes back, nor does the
 *                 `at` of a saga's records, and no saga is timed out early. `settled`: nor late
 *                 (at_ms for the retry after a check; start_at looked at again in a saga that has
 *                 begun). `event`: one that came in time counts (the event's own time looked at)
 *   memory        what a client of an open saga has completed is given back as it was, and the
 *                 client is not told to act again (a step that is done registered as open; without
 *                 its output). `durable_first`: what it registers is durable before it hears of it
 *   doubt         a step that is not completed is undone in doubt, and one that is, with its output
 *                 (FLAG_IN_DOUBT left out; a confirmation without the output)
 *   decided       an open saga is committed or turns back, never both, and not while a step is
 *                 undecided; then no step is registered (abort after the commit taken; steps not
 *                 looked at by the commit). `settled`: its time limit ends it where its client does
 *                 not (no way back by time; a step that is not completed waited for)
 *   confirm       after a commit that is durable, one confirmation of each step takes effect, and
 *                 finds the effect (confirmed without being asked; each retry with a new key)
 *   no_spin       time goes on (an undo timed before its turn)
 *   form          no participant is told of an error (names of instances cut to 3 bytes)
 */
#include "sim.h"

enum { SEEDS = 2000, RICH_SEEDS = 500 };

/* ---- what happens ---- */

static void arrive_up(struct sim *sim, const struct sim_happening *happening)
{
    const struct sim_conn *conn = &sim->conns[happening->a];
    struct span frame = span_of(happening->bytes, happening->size);
    bool is_ready = span_is(sim_text(frame, "type"), "ready");
    if (!sim->node.core || (!conn->open && (!conn->up_open || is_ready))) {
        return;
    }
    sim_node_receive(sim, happening->a, frame);
}

static void arrive_down(struct sim *sim, const struct sim_happening *happening)
{
    const struct sim_conn *conn = &sim->conns[happening->a];
    struct span frame = span_of(happening->bytes, happening->size);
    if (!conn->open) {
        return;
    }
    if (conn->is_client) {
        sim_client_receive(sim, frame);
    } else if (sim->parties[conn->owner].conn == happening->a) {
        sim_party_receive(sim, conn->owner, frame);
    }
}

static void make_trouble(struct sim *sim)
{
    sim_net_schedule(sim, SIM_TROUBLE, sim->now_ms + 400 + sim_draw(sim, 1200), 0, 0);
    sim_check_bounds(sim);
    if (sim->is_calm) {
        sim_operator_calm(sim);
        return;
    }
    uint32_t party = sim_draw(sim, sim->party_count);
    if (sim_chance(sim, sim->weather.cut)) {
        uint32_t conn = sim_chance(sim, 200) ? sim->client_conn : sim->parties[party].conn;
        if (conn != 0) {
            sim_net_cut(sim, conn);
        }
    }
    if (sim_chance(sim, sim->weather.death)) {
        sim_party_die(sim, party);
    }
    sim_node_trouble(sim);
}

static void clear_weather(struct sim *sim)
{
    sim_say(sim, "the weather clears");
    sim->weather = (struct sim_weather){.sync_max = 10};
    sim->is_calm = true;
    sim_node_calm(sim);
    sim_work_calm(sim);
    sim_event_calm(sim);
}

static void happen(struct sim *sim, const struct sim_happening *happening)
{
    switch (happening->what) {
    case SIM_FRAME_UP:
        arrive_up(sim, happening);
        break;
    case SIM_FRAME_DOWN:
        arrive_down(sim, happening);
        break;
    case SIM_CUT_SEEN:
        sim->conns[happening->a].gone_seen = true;
        break;
    case SIM_PARTY_TICK:
        sim_party_tick(sim, happening->a);
        break;
    case SIM_JOB_DONE:
        sim_work_done(sim, happening->a, happening->b);
        break;
    case SIM_LATER_DONE:
        sim_work_finish(sim, happening->a);
        break;
    case SIM_CLIENT_TICK:
        sim_client_tick(sim);
        break;
    case SIM_OPERATOR_TICK:
        sim_operator_tick(sim);
        break;
    case SIM_TROUBLE:
        make_trouble(sim);
        break;
    case SIM_WAKE:
        break;
    case SIM_SPACE:
        sim->node.disk.is_full = false;
        break;
    case SIM_CALM:
        clear_weather(sim);
        break;
    }
}

/* A coordinator that is frozen reads nothing: what comes waits in its sockets. */
static bool must_wait(const struct sim *sim, const struct sim_happening *happening)
{
    return happening->what == SIM_FRAME_UP && sim->node.core && !sim_node_is_up(sim);
}

static void happen_all(struct sim *sim)
{
    for (struct sim_happening *happening; (happening = sim_net_next(sim, sim->now_ms)) != NULL;) {
        if (must_wait(sim, happening)) {
            CHECK(heap_set(&sim->queue, &happening->node, sim->node.frozen_ms) == SAGA_OK);
            continue;
        }
        happen(sim, happening);
        free(happening);
    }
}

/* Time jumps to whatever comes next, until then or until all is at rest. */
static bool run(struct sim *sim, int64_t until_ms, bool until_rest)
{
    uint32_t spins = 0;
    for (uint32_t i = 1;; i++) {
        const struct heap_node *first = heap_first(&sim->queue);
        int64_t due_ms = sim_node_due(sim);
        due_ms = first && first->due < due_ms ? first->due : due_ms;
        if (due_ms > until_ms) {
            sim->now_ms = until_ms;
            return false;
        }
        spins = due_ms > sim->now_ms ? 0 : spins + 1;
        sim->now_ms = due_ms > sim->now_ms ? due_ms : sim->now_ms;
        if (spins > SIM_SPIN_MAX) {
            sim_violated(sim, "no_spin", "time stands still");
        }
        happen_all(sim);
        sim_node_turn(sim);
        if (until_rest && i % 64 == 0 && !sim_check_unrest(sim)) {
            return true;
        }
    }
}

/* ---- a seed ---- */

static void open_world(struct sim *sim)
{
    heap_open(&sim->queue);
    map_open(&sim->keys);
    map_open(&sim->attempts);
    arena_open(&sim->memory, &arena_heap, (size_t)1 << 30);
    buf_open(&sim->out, LIMIT_MESSAGE_IN);
    buf_open(&sim->scratch, LIMIT_MESSAGE_OUT);
    sim->orders = calloc(SIM_ORDERS, sizeof(*sim->orders));
    CHECK(sim->orders);
    sim->now_ms = 1000;
    sim->weather = (struct sim_weather){.sync_max = 10};
    sim->node.host_ms = (int64_t)1000 * SIM_HOUR_MS;
    sim_tick_open(sim);
    sim_node_open(sim);
    sim->has_children = sim_chance(sim, 400);
    sim->has_versions = sim_chance(sim, 300);
    sim->definition_count = 1 + sim_draw(sim, 2) + sim->has_children;
    for (uint32_t i = 0; i < sim->definition_count; i++) {
        sim_operator_define(sim, i, false);
    }
    run(sim, sim->now_ms + 100, false);
    for (uint32_t i = 0; i < sim->definition_count && sim->has_versions; i++) {
        sim_operator_define(sim, i, true);
    }
    run(sim, sim->now_ms + 100, false);
    sim->named_count = 2 + sim_draw(sim, SIM_NAMED - 1);
    sim->saga_count = sim->named_count;
    for (uint32_t i = 0; i < sim->named_count; i++) {
        snprintf(sim->sagas[i].name, sizeof(sim->sagas[i].name), "s%u", i);
        sim->sagas[i].definition = sim_draw(sim, sim->definition_count);
        sim->sagas[i].starts_as = sim->has_versions ? sim_draw(sim, 3) : 0;
        bool later = sim_chance(sim, 300);
        sim->sagas[i].start_at_ms = later ? sim_host_ms(sim) + 1 + sim_draw(sim, 20000) : 0;
    }
    sim_open_open(sim);
}

static void close_world(struct sim *sim)
{
    sim_net_close(sim);
    sim_node_close(sim);
    sim_party_close(sim);
    sim_client_close(sim);
    sim_event_close(sim);
    sim_operator_close(sim);
    map_close(&sim->keys);
    map_close(&sim->attempts);
    arena_close(&sim->memory);
    buf_close(&sim->out);
    buf_close(&sim->scratch);
    free(sim->orders);
}

static void run_seed(uint64_t seed, bool is_verbose, uint64_t *totals)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    CHECK(sim);
    sim_tell_of(sim);
    sim->seed = seed;
    sim->state = seed;
    sim->is_verbose = is_verbose;
    open_world(sim);
    sim_draw_weather(sim);
    sim_party_open(sim);
    sim_net_schedule(sim, SIM_CLIENT_TICK, sim->now_ms + 10, 0, 0);
    sim_net_schedule(sim, SIM_OPERATOR_TICK, sim->now_ms + 1000, 0, 0);
    sim_net_schedule(sim, SIM_TROUBLE, sim->now_ms + 500, 0, 0);
    sim_net_schedule(sim, SIM_CALM, sim->now_ms + sim->weather.storm_ms, 0, 0);
    run(sim, sim->now_ms + sim->weather.storm_ms, false);
    sim_check_replay(sim);
    if (!run(sim, sim->now_ms + SIM_CALM_MAX, true)) {
        const char *why = sim_check_unrest(sim);
        sim_violated(sim, "settled", "no rest: %s", why ? why : "not for long");
    }
    (void)run(sim, sim->now_ms + SIM_AFTER_REST_MS, false);
    sim_check_end(sim);
    for (uint32_t i = 0; i < COUNT_COUNT; i++) {
        totals[i] += sim->counts[i];
    }
    close_world(sim);
    free(sim);
}

/* ---- all seeds ---- */

#define SIM_COUNT(name, text) text,
static const char *const count_names[] = {
#include "sim_counts.def"
};
#undef SIM_COUNT

/* A run that never met some kind of trouble shows nothing about it. */
static int sum_up(const uint64_t *totals, uint64_t seeds)
{
    int code = 0;
    printf("%llu seeds:", (unsigned long long)seeds);
    for (uint32_t i = 0; i < COUNT_COUNT; i++) {
        printf("%s %llu %s", i == 0 ? "" : ",", (unsigned long long)totals[i], count_names[i]);
    }
    printf("\n");
    for (uint32_t i = 0; i < COUNT_COUNT && seeds >= RICH_SEEDS; i++) {
        if (totals[i] == 0) {
            printf("NEVER SEEN: %s\n", count_names[i]);
            code = 1;
        }
    }
    return code;
}

int main(int argc, char **argv)
{
    static uint64_t totals[COUNT_COUNT];
    bool is_verbose = argc > 1 && strcmp(argv[argc - 1], "-v") == 0;
    argc -= is_verbose;
    setvbuf(stdout, NULL, _IOLBF, 0); /* what was said before an abort is seen */
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    uint64_t fresh = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        run_seed(seed, is_verbose, totals);
    }
    if (argc <= 1) {
        digest_random(&fresh, sizeof(fresh));
        printf("fresh seed %llu\n", (unsigned long long)fresh);
        fflush(stdout);
        run_seed(fresh, is_verbose, totals);
        count++;
    }
    return sum_up(totals, count);
}
