/* test_core_round.c - decide, submit, release: what may leave when, and what a restart goes on
 * with.
 */
#include <criterion/criterion.h>
#include <fcntl.h>

#include "core/decide.h"
#include "core/full.h"
#include "core/state.h"
#include "core_world.h"
#include "engine/event.h"
#include "journal/verb.h"
#include "store/store_memory.h"

Test(core_round, answers_a_start_and_sends_its_task_when_both_are_durable)
{
    struct core_world *world = world_open();
    serve_all(world);
    turn(world);
    expect(world, "send A welcome\n");
    store_memory_hold(world->disk.inner, true);
    start(world, "s", "trip-1");
    turn(world);
    expect(world, "");
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect(world, "send A task trip-1/flight/do#1\ns ok trip-1 running\n");
    world_close(world);
}

Test(core_round, decides_the_next_batch_while_one_is_syncing)
{
    struct core_world *world = world_open();
    store_memory_hold(world->disk.inner, true);
    start(world, "a", "trip-1");
    turn(world);
    start(world, "b", "trip-2");
    start(world, "c", "trip-3");
    turn(world);
    expect(world, "");
    store_memory_hold(world->disk.inner, false);
    cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    expect(world, "a ok trip-1 running\n");
    turn(world);
    expect(world, "b ok trip-2 running\nc ok trip-3 running\n");
    world_close(world);
}

/* Seen to fail: without the bound of the holds, and without rows_before. */
Test(core_round, keeps_a_batch_smaller_than_the_one_before_for_some_turns)
{
    struct core_world *world = world_open();
    start(world, "a", "trip-1");
    start(world, "b", "trip-2");
    turn(world);
    expect(world, "a ok trip-1 running\nb ok trip-2 running\n");
    start(world, "c", "trip-3");
    cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    cr_assert(core_is_holding(world->core));
    cr_assert(!core_is_syncing(world->core));
    start(world, "d", "trip-4");
    cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    cr_assert(!core_is_holding(world->core), "as many as before: nothing more is hoped for");
    turn(world);
    expect(world, "c ok trip-3 running\nd ok trip-4 running\n");
    start(world, "e", "trip-5");
    uint32_t turns = 0;
    while (!core_is_idle(world->core) && turns++ < 100) {
        cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    }
    cr_assert_lt(turns, 20, "it is not kept for ever");
    expect(world, "e ok trip-5 running\n");
    world_close(world);
}

Test(core_round, gives_on_at_once_what_is_worth_its_sync)
{
    struct core_world *world = world_open();
    char name[16];
    for (uint32_t i = 0; i < 80 + SMALL_ROWS; i++) {
        snprintf(name, sizeof(name), "trip-%u", i);
        start(world, name, name);
        if (i == 79) {
            turn(world);
        }
    }
    cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    cr_assert(!core_is_holding(world->core));
    world_close(world);
}

/* A refusal has nothing to write, and still must not overtake what it may rest on. */
Test(core_round, releases_what_needs_no_row_after_what_came_before_it)
{
    struct core_world *world = world_open();
    store_memory_hold(world->disk.inner, true);
    start(world, "a", "trip-1");
    turn(world);
    ask(world, start_of(world, "b", "trip-1", 2));
    start(world, "c", "trip-1");
    turn(world);
    expect(world, "");
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect(world,
           "a ok trip-1 running\nb idempotency_conflict trip-1 running\n"
           "c ok trip-1 running duplicate\n");
    world_close(world);
}

Test(core_round, releases_a_refusal_at_once_when_the_store_is_idle)
{
    struct core_world *world = world_open();
    verb_keyed(world, "v", VERB_PAUSE, "nobody", "");
    cr_assert_eq(core_round(world->core, world->now_ms), SAGA_OK);
    expect(world, "v not_found\n");
    cr_assert(core_is_idle(world->core));
    world_close(world);
}

Test(core_round, stops_for_good_when_a_commit_is_lost)
{
    struct core_world *world = world_open();
    store_memory_fail_at(world->disk.inner, 1);
    start(world, "a", "trip-1");
    turn(world);
    cr_assert_eq(world->failure, SAGA_STORE_FAILED);
    start(world, "b", "trip-2");
    turn(world);
    expect(world, "b unavailable\n");
    world_end(world);
    expect(world, "a unavailable\n");
    store_memory_crash(world->disk.inner);
    world_begin(world);
    start(world, "c", "trip-1");
    turn(world);
    expect(world, "c ok trip-1 running\n");
    world_close(world);
}

Test(core_round, refuses_what_writes_while_the_disk_is_full_and_goes_on_after)
{
    struct core_world *world = world_open();
    start(world, "a", "trip-1");
    turn(world);
    expect(world, "a ok trip-1 running\n");
    world->disk.is_full = true;
    verb_keyed(world, "v", VERB_PAUSE, "trip-1", "");
    turn(world);
    cr_assert(core_is_disk_full(world->core));
    cr_assert_eq(core_next_due(world->core), world->now_ms + 1000);
    start(world, "b", "trip-2");
    verb_keyed(world, "w", VERB_RESUME, "trip-1", "");
    wait_for(world, "x", "trip-1", 0);
    expect(world, "b overloaded\nw overloaded\nx ok trip-1 running\n");
    world->disk.is_full = false;
    turn(world);
    expect(world, "");
    world->now_ms += 1000;
    turn(world);
    cr_assert(!core_is_disk_full(world->core));
    expect(world, "v ok trip-1 running\n");
    world_close(world);
}

Test(core_round, refuses_what_writes_when_the_disk_has_little_room)
{
    struct core_world *world = world_open();
    start(world, "a", "trip-1");
    turn(world);
    world->disk.is_low = true;
    world->now_ms += 1;
    turn(world);
    start(world, "b", "trip-2");
    verb_keyed(world, "v", VERB_PAUSE, "trip-1", "");
    wait_for(world, "x", "trip-1", 0);
    expect(world, "a ok trip-1 running\nb overloaded\nv overloaded\nx ok trip-1 running\n");
    world->disk.is_low = false;
    world->now_ms += 1000;
    turn(world);
    start(world, "c", "trip-2");
    turn(world);
    expect(world, "c ok trip-2 running\n");
    world_close(world);
}

Test(core_round, goes_on_after_a_restart_with_what_was_durable)
{
    struct core_world *world = world_open();
    serve_all(world);
    start(world, "a", "trip-1");
    turn(world);
    store_memory_hold(world->disk.inner, true);
    start(world, "b", "trip-2");
    finish_task(world, OK_RESULT);
    turn(world);
    expect(world, "send A welcome\nsend A task trip-1/flight/do#1\na ok trip-1 running\n");
    world_restart(world);
    expect(world, "b unavailable\n");
    serve_all(world);
    turn(world);
    expect(world, "send A welcome\n");
    world->now_ms += 6001;
    say(world, "A", "{'v':1,'type':'heartbeat'}");
    turn(world);
    expect(world, "send A heartbeat\nsend A task trip-1/flight/do#2\n");
    start(world, "c", "trip-1");
    turn(world);
    expect(world, "c ok trip-1 running duplicate\n");
    world_close(world);
}

Test(core_round, loads_a_final_saga_again_for_a_verb)
{
    struct core_world *world = world_open();
    serve_all(world);
    start_waiting(world, "a", "trip-1", 60000);
    run_to_end(world);
    cr_assert(world->asked[1].is_answered);
    buf_clear(&world->log);
    verb_keyed(world, "v", VERB_PAUSE, "trip-1", "");
    turn(world);
    expect(world, "v conflict trip-1 completed\n");
    world_close(world);
}

Test(core_round, takes_no_starts_while_draining)
{
    struct core_world *world = world_open();
    start(world, "a", "trip-1");
    turn(world);
    core_drain(world->core);
    start(world, "b", "trip-2");
    verb_keyed(world, "v", VERB_PAUSE, "trip-1", "");
    turn(world);
    expect(world, "a ok trip-1 running\nb unavailable\nv ok trip-1 running\n");
    world_close(world);
}

Test(core_round, is_full_when_a_batch_has_its_events)
{
    struct core_world *world = world_open();
    store_memory_hold(world->disk.inner, true);
    start(world, "a", "trip-1");
    turn(world);
    uint32_t count = 0;
    for (; !core_is_full(world->core) && count < 10 * LIMIT_BATCH_EVENTS; count++) {
        struct event event = {.kind = EVENT_VERB, .now_ms = world->now_ms};
        event.verb = (struct verb_request){.verb = count % 2 == 0 ? VERB_PAUSE : VERB_RESUME,
                                           .saga = span_text("trip-1"),
                                           .actor = span_text("ada"),
                                           .reason = span_text("because")};
        core_event(&event, world->core);
    }
    cr_assert_eq(count, LIMIT_BATCH_EVENTS);
    store_memory_hold(world->disk.inner, false);
    turn(world);
    cr_assert(!core_is_full(world->core));
    world_close(world);
}

/* ---- the end ---- */

enum { ASKED_IN_VAIN = 3 };

/* A store with a thread: its batch is durable when it was asked some times more. */
static int asked_in_vain;

static enum saga_error slow_durable(struct store *store, uint64_t *count)
{
    if (++asked_in_vain == ASKED_IN_VAIN) {
        store_memory_hold(disk_of(store)->inner, false);
    }
    return disk_durable(store, count);
}

static int slow_wake(const struct store *store)
{
    (void)store;
    return open("/dev/null", O_RDONLY | O_CLOEXEC); /* polls readable at once */
}

/* Seen to fail without outwait_store(): the store's thread then reads memory that is gone. */
Test(core_round, waits_for_the_store_before_it_gives_its_batch_back)
{
    struct core_world *world = world_open();
    struct store_ops slow_ops = disk_ops;
    struct name found;
    slow_ops.durable = slow_durable;
    slow_ops.wake = slow_wake;
    store_memory_hold(world->disk.inner, true);
    start(world, "a", "trip-1");
    turn(world);
    world->disk.base.ops = &slow_ops;
    core_destroy(&world->core);
    cr_assert_eq(asked_in_vain, ASKED_IN_VAIN);
    cr_assert_eq(disk_find_name(&world->disk.base, span_text("trip-1"), &found), SAGA_OK);
    expect(world, "a unavailable\n");
    world_close(world);
}
