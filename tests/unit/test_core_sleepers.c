/* test_core_sleepers.c - sagas that wait are not in memory, and lose nothing by it.
 *
 * Seen to fail with: a chunk's ties passed over (INT64_MAX for due.after_saga in sleepers.c); owes
 * left out of serve(); `asleep` kept by a turn that wrote a record; near_ms left out of
 * sleep_until(); sleepers_set_back() left out.
 */
#include <criterion/criterion.h>

#include "core_world.h"
#include "journal/verb.h"
#include "store/store_memory.h"

enum { HOUR_MS = 3600000, NEAR_MS = 30000, MANY = 600 };

static struct core_world *world_of_naps(void)
{
    struct core_world *world = world_open();
    define(world, "nap",
           "{'saga':'nap','steps':[{'step':'nap','sleep':'1h'},"
           "{'step':'mail','action':'mails.send','compensate':'none'}]}");
    serve_all(world);
    turn(world);
    buf_clear(&world->log);
    return world;
}

static void start_nap(struct core_world *world, const char *name, const char *saga, uint8_t same)
{
    struct asked *asked = start_of(world, name, saga, same);
    asked->request.definition = span_text("nap");
    ask(world, asked);
}

static uint32_t in_memory(const struct core_world *world)
{
    struct core_stats stats;
    core_stats(world->core, &stats);
    return stats.sagas;
}

static uint64_t commits(const struct core_world *world)
{
    struct core_stats stats;
    core_stats(world->core, &stats);
    return stats.commits;
}

static void pass(struct core_world *world, int64_t ms)
{
    world->now_ms += ms;
    turn(world);
}

/* The session stays; its heartbeats are not shown. */
static void pass_long(struct core_world *world, int64_t ms)
{
    for (; ms > 0; ms -= 2000) {
        pass(world, ms < 2000 ? ms : 2000);
        say(world, "A", "{'v':1,'type':'heartbeat'}");
    }
    turn(world);
    forget_beats(world);
}

static enum saga_error count_image(const struct saga_image *image, void *arg)
{
    cr_assert_gt(image->row_count, 0);
    *(uint32_t *)arg += 1;
    return SAGA_OK;
}

static uint32_t awake(const struct core_world *world)
{
    uint32_t count = 0;
    struct store *store = world->disk.inner;
    cr_assert_eq(store->ops->load_awake(store, count_image, &count), SAGA_OK);
    return count;
}

Test(core_sleepers, leave_with_the_commit_of_their_start)
{
    struct core_world *world = world_of_naps();
    uint64_t before = commits(world);
    start_nap(world, "a", "nap-1", 1);
    start_nap(world, "b", "nap-2", 1);
    turn(world);
    expect(world, "a ok nap-1 running\nb ok nap-2 running\n");
    cr_assert_eq(commits(world), before + 1);
    cr_assert_eq(in_memory(world), 0);
    cr_assert_eq(awake(world), 0);
    cr_assert(core_is_idle(world->core));
    world_close(world);
}

Test(core_sleepers, come_back_a_while_before_their_time_and_fire_at_it)
{
    struct core_world *world = world_of_naps();
    int64_t began_ms = world->now_ms;
    start_nap(world, "a", "nap-1", 1);
    turn(world);
    buf_clear(&world->log);
    pass_long(world, HOUR_MS - NEAR_MS);
    cr_assert_eq(in_memory(world), 0);
    pass_long(world, NEAR_MS / 2);
    cr_assert_eq(in_memory(world), 1);
    pass_long(world, NEAR_MS / 2 - 1);
    expect(world, "");
    cr_assert_eq(core_next_due(world->core), began_ms + HOUR_MS);
    pass(world, 1);
    expect(world, "send A task nap-1/mail/do#1\n");
    finish_task(world, OK_RESULT);
    turn(world);
    expect(world, "send A done\n");
    cr_assert_eq(in_memory(world), 0);
    world_close(world);
}

static void start_day(struct core_world *world, const char *name, const char *saga)
{
    struct asked *asked = start_of(world, name, saga, 0);
    asked->request.definition = span_text("day");
    ask(world, asked);
    turn(world);
}

/* The time of day comes when the host's clock shows it. Set far back, that clock leaves nothing in
 * memory that has gone to sleep since. */
Test(core_sleepers, wake_and_rest_as_the_hosts_clock_is_set)
{
    struct core_world *world = world_open();
    define(world, "day",
           "{'saga':'day','steps':[{'step':'day','sleep':{'until':'2100-01-01T00:00:00Z'}},"
           "{'step':'mail','action':'mails.send','compensate':'none'}]}");
    serve_all(world);
    turn(world);
    const int64_t until_ms = INT64_C(4102444800000);
    const int64_t lead_ms = until_ms - world->now_ms;
    core_set_host(world->core, lead_ms - HOUR_MS);
    start_day(world, "1", "s1");
    pass(world, 1000);
    cr_assert_eq(in_memory(world), 0);
    core_set_host(world->core, lead_ms - NEAR_MS / 4);
    pass(world, 1000);
    cr_assert_eq(in_memory(world), 1, "a while before its time it is there");
    core_set_host(world->core, lead_ms - 24 * HOUR_MS);
    pass(world, 1000);
    start_day(world, "2", "s2");
    pass(world, 1000);
    cr_assert_eq(in_memory(world), 0, "neither needs to be");
    buf_clear(&world->log);
    core_set_host(world->core, lead_ms + HOUR_MS);
    for (int i = 0; i < 4; i++) {
        pass(world, 1);
    }
    expect(world, "send A task s1/mail/do#1\nsend A task s2/mail/do#1\n");
    world_close(world);
}

Test(core_sleepers, sleep_on_over_a_restart_and_fire_late_once)
{
    struct core_world *world = world_of_naps();
    start_nap(world, "a", "nap-1", 1);
    start_nap(world, "b", "nap-2", 1);
    turn(world);
    world_restart(world);
    turn(world);
    cr_assert_eq(in_memory(world), 0);
    world->now_ms += 2 * HOUR_MS;
    world_restart(world);
    cr_assert_eq(in_memory(world), 0, "recovery passes them over");
    buf_clear(&world->log);
    serve_all(world);
    turn(world);
    expect(world, "send A welcome\nsend A task nap-1/mail/do#1\nsend A task nap-2/mail/do#1\n");
    world_close(world);
}

Test(core_sleepers, obey_verbs_and_answer_who_waits)
{
    struct core_world *world = world_of_naps();
    start_nap(world, "a", "nap-1", 1);
    turn(world);
    wait_for(world, "w", "nap-1", HOUR_MS);
    verb_keyed(world, "p", VERB_PAUSE, "nap-1", "");
    turn(world);
    expect(world, "a ok nap-1 running\np ok nap-1 running\n");
    cr_assert_eq(in_memory(world), 0);
    pass_long(world, HOUR_MS / 2);
    verb_keyed(world, "r", VERB_ROLLBACK, "nap-1", "");
    verb_keyed(world, "s", VERB_RESUME, "nap-1", "");
    turn(world);
    expect(world, "r ok nap-1 running\ns ok nap-1 compensated\nw ok nap-1 compensated\n");
    cr_assert_eq(in_memory(world), 0);
    world_close(world);
}

Test(core_sleepers, wake_when_they_are_resumed_after_their_time)
{
    struct core_world *world = world_of_naps();
    start_nap(world, "a", "nap-1", 1);
    verb_keyed(world, "p", VERB_PAUSE, "nap-1", "");
    turn(world);
    buf_clear(&world->log);
    pass_long(world, 2 * HOUR_MS);
    expect(world, "");
    cr_assert_eq(in_memory(world), 0);
    verb_keyed(world, "s", VERB_RESUME, "nap-1", "");
    turn(world);
    expect(world, "send A task nap-1/mail/do#1\ns ok nap-1 running\n");
    world_close(world);
}

Test(core_sleepers, are_the_same_saga_when_they_are_started_again)
{
    struct core_world *world = world_of_naps();
    start_nap(world, "a", "nap-1", 1);
    turn(world);
    start_nap(world, "b", "nap-1", 1);
    start_nap(world, "c", "nap-1", 2);
    verb_keyed(world, "v", VERB_RESUME, "nap-1", "");
    turn(world);
    expect(world,
           "a ok nap-1 running\nb ok nap-1 running duplicate\nc idempotency_conflict\n"
           "v ok nap-1 running\n");
    cr_assert_eq(in_memory(world), 0, "one that was loaded for nothing leaves again");
    world_close(world);
}

/* Its head says that it is awake: a store of an earlier version, or a crash before it could sleep.
 */
static void wake_in_store(struct core_world *world, uint64_t saga)
{
    uint64_t count = 0;
    struct store *store = world->disk.inner;
    struct head head = {
        .saga = saga, .state = SAGA_STATE_RUNNING, .first_lsn = saga, .last_lsn = saga};
    struct rows rows = {.heads = &head, .head_count = 1};
    cr_assert_eq(store->ops->submit(store, &rows), SAGA_OK);
    cr_assert_eq(store->ops->durable(store, &count), SAGA_OK);
}

Test(core_sleepers, leave_after_a_restart_though_they_were_awake)
{
    struct core_world *world = world_of_naps();
    start_nap(world, "a", "nap-1", 1);
    turn(world);
    world_end(world);
    wake_in_store(world, 1);
    store_memory_crash(world->disk.inner);
    cr_assert_eq(awake(world), 1);
    world_begin(world);
    cr_assert_eq(in_memory(world), 1);
    serve_all(world);
    turn(world);
    cr_assert_eq(in_memory(world), 0);
    cr_assert_eq(awake(world), 0);
    buf_clear(&world->log);
    pass_long(world, HOUR_MS);
    expect(world, "send A task nap-1/mail/do#1\n");
    world_close(world);
}

Test(core_sleepers, need_not_leave_for_a_short_while)
{
    struct core_world *world = world_of_naps();
    define(world, "blink", "{'saga':'blink','steps':[{'step':'nap','sleep':'29s'}]}");
    turn(world);
    struct asked *asked = start_of(world, "a", "blink-1", 1);
    asked->request.definition = span_text("blink");
    ask(world, asked);
    turn(world);
    cr_assert_eq(in_memory(world), 1);
    cr_assert_eq(awake(world), 1);
    world_restart(world);
    turn(world);
    cr_assert_eq(in_memory(world), 1);
    pass(world, NEAR_MS);
    cr_assert_eq(in_memory(world), 0);
    world_close(world);
}

/* ---- families ---- */

static void define_family(struct core_world *world)
{
    define(world, "rest", "{'saga':'rest','steps':[{'step':'nap','sleep':'1h'}]}");
    turn(world);
    define(world, "kin", "{'saga':'kin','steps':[{'step':'kid','saga':'rest'}]}");
    turn(world);
    buf_clear(&world->log);
}

static struct asked *start_kin(struct core_world *world, const char *name)
{
    struct asked *asked = start_of(world, name, "kin-1", 1);
    asked->request.definition = span_text("kin");
    ask(world, asked);
    return asked;
}

static enum saga_state state_of(const struct core_world *world, const char *name)
{
    struct arena arena;
    struct saga_image image = {0};
    struct store *store = world->disk.inner;
    arena_open(&arena, &arena_heap, 1 << 24);
    enum saga_error rc = store->ops->load_one(store, span_text(name), &arena, &image);
    cr_assert(rc == SAGA_OK || rc == SAGA_NOT_FOUND);
    enum saga_state state = image.head.state;
    arena_close(&arena);
    return state;
}

Test(core_sleepers, may_be_the_parents_of_others)
{
    struct core_world *world = world_of_naps();
    define_family(world);
    start_kin(world, "a");
    turn(world);
    cr_assert_eq(state_of(world, "kin-1~kid"), SAGA_STATE_RUNNING);
    cr_assert_eq(in_memory(world), 0, "neither");
    cr_assert_eq(awake(world), 0);
    world_restart(world);
    pass(world, HOUR_MS);
    cr_assert_eq(state_of(world, "kin-1~kid"), SAGA_STATE_COMPLETED);
    cr_assert_eq(state_of(world, "kin-1"), SAGA_STATE_COMPLETED);
    cr_assert_eq(in_memory(world), 0);
    struct store_due due = {.until_ms = INT64_MAX, .limit = 1};
    cr_assert_eq(world->disk.inner->ops->list_due(world->disk.inner, &due, NULL, NULL), SAGA_OK);
    cr_assert_eq(due.next_ms, INT64_MAX, "nothing is owed");
    world_close(world);
}

/* While draining no child begins: whoever waits for one must ask again after the restart. */
Test(core_sleepers, stay_awake_until_their_children_are_there)
{
    struct core_world *world = world_of_naps();
    define_family(world);
    start_kin(world, "a");
    core_drain(world->core);
    turn(world);
    cr_assert_eq(state_of(world, "kin-1~kid"), SAGA_STATE_NONE);
    cr_assert_eq(awake(world), 1);
    world_restart(world);
    turn(world);
    cr_assert_eq(state_of(world, "kin-1~kid"), SAGA_STATE_RUNNING);
    cr_assert_eq(awake(world), 0);
    cr_assert_eq(in_memory(world), 0);
    world_close(world);
}

/* The process dies right after its n-th commit; what was on its way to the store is forgotten. */
static bool family_dies(uint64_t at)
{
    struct core_world *world = world_of_naps();
    define_family(world);
    uint64_t last = commits(world) + at;
    start_kin(world, "a");
    bool died = false;
    for (int i = 0; i < 40 && !died; i++) {
        world->now_ms += i == 20 ? HOUR_MS : 0;
        cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
        died = commits(world) == last;
    }
    if (died) {
        world_restart(world);
        start_kin(world, "b");
        turn(world);
        pass(world, HOUR_MS);
        pass(world, HOUR_MS);
    }
    cr_assert_eq(state_of(world, "kin-1"), SAGA_STATE_COMPLETED, "at %d", (int)at);
    cr_assert_eq(in_memory(world), 0, "at %d", (int)at);
    world_close(world);
    return died;
}

Test(core_sleepers, hear_of_their_children_after_any_crash)
{
    uint64_t at = 1;
    while (family_dies(at)) {
        at++;
    }
    cr_assert_gt(at, 4, "commits in all: %d", (int)at);
}

/* All due in the same millisecond: more than one turn loads, and more than there may be started. */
Test(core_sleepers, that_are_many_all_wake)
{
    struct core_world *world = world_of_naps();
    struct asked *asked = start_of(world, "a", "nap", 1);
    asked->request.definition = span_text("nap");
    for (int i = 0; i < MANY; i++) {
        char name[16];
        snprintf(name, sizeof(name), "nap-%d", i);
        asked->request.start.name = own_text(asked, 0, name);
        asked->is_answered = false;
        ask(world, asked);
        turn(world);
    }
    cr_assert_eq(in_memory(world), 0);
    world->now_ms += HOUR_MS - NEAR_MS / 2;
    cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    cr_assert_lt(in_memory(world), MANY, "some in each turn");
    turn(world);
    cr_assert_eq(in_memory(world), MANY);
    cr_assert_eq(awake(world), 0);
    world->now_ms += NEAR_MS / 2;
    turn(world);
    cr_assert_eq(awake(world), MANY);
    struct store_due due = {.until_ms = INT64_MAX, .limit = 1};
    cr_assert_eq(world->disk.inner->ops->list_due(world->disk.inner, &due, NULL, NULL), SAGA_OK);
    cr_assert_eq(due.next_ms, INT64_MAX);
    world_close(world);
}
