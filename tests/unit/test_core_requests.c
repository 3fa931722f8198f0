/* test_core_requests.c - starts that come twice, keys, waits, definitions. */
#include <criterion/criterion.h>

#include "core_world.h"
#include "door/request.h"
#include "engine/result.h"
#include "journal/verb.h"
#include "peers/peers.h"
#include "store/catalog.h"
#include "store/store_memory.h"

#define DONE_OUTPUT " {\"flight\":{\"number\":7}}"

/* ---- the same start again ---- */

Test(core_start, again_is_the_same_saga_when_it_has_left_memory)
{
    struct core_world *world = world_open();
    serve_all(world);
    start_waiting(world, "a", "trip-1", 60000);
    run_to_end(world);
    buf_clear(&world->log);
    start(world, "b", "trip-1");
    start_waiting(world, "c", "trip-1", 60000);
    ask(world, start_of(world, "d", "trip-1", 2));
    turn(world);
    /* The output is for who waited for it. */
    expect(world,
           "b ok trip-1 completed duplicate\n"
           "c ok trip-1 completed duplicate" DONE_OUTPUT "\nd idempotency_conflict\n");
    world_close(world);
}

Test(core_start, of_an_unknown_definition_is_not_found)
{
    struct core_world *world = world_open();
    struct asked *asked = start_of(world, "a", "trip-1", 1);
    asked->request.definition = span_text("cruise");
    ask(world, asked);
    asked = start_of(world, "b", "trip-1", 1);
    asked->request.version = 2;
    ask(world, asked);
    expect(world, "a not_found\nb not_found\n");
    world_close(world);
}

Test(core_start, beyond_the_room_for_sagas_is_overloaded)
{
    struct core_world *world = world_open();
    for (int i = 0; i < CORE_WORLD_SAGAS; i++) {
        char saga[32];
        snprintf(saga, sizeof(saga), "trip-%d", i);
        struct asked *asked = start_of(world, "a", saga, 1);
        ask(world, asked);
        turn(world);
        cr_assert_eq(asked->answer.error, SAGA_OK);
        world->asked_count--;
        buf_close(&asked->value);
        *asked = (struct asked){0};
    }
    buf_clear(&world->log);
    start(world, "b", "one-more");
    turn(world);
    expect(world, "b overloaded\n");
    world_close(world);
}

/* ---- idempotency keys ---- */

Test(core_key, of_a_start_gives_the_first_saga_again)
{
    struct core_world *world = world_open();
    start_keyed(world, "a", "trip-1", "\x01k", 1);
    turn(world);
    start_keyed(world, "b", "trip-2", "\x01k", 1);
    start_keyed(world, "c", "trip-3", "\x01k", 2);
    turn(world);
    expect(world, "a ok trip-1 running\nb ok trip-1 running duplicate\nc idempotency_conflict\n");
    world_close(world);
}

/* The first may yet be lost: nobody may be told of it before. */
Test(core_key, on_its_way_to_the_store_holds_others_back)
{
    struct core_world *world = world_open();
    store_memory_hold(world->disk.inner, true);
    start_keyed(world, "a", "trip-1", "\x01k", 1);
    turn(world);
    start_keyed(world, "b", "trip-2", "\x01k", 1);
    start_keyed(world, "c", "trip-3", "\x01k", 2);
    turn(world);
    expect(world, "");
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect(world, "a ok trip-1 running\nb ok trip-1 running duplicate\nc idempotency_conflict\n");
    world_close(world);
}

Test(core_key, held_back_is_answered_when_the_coordinator_stops)
{
    struct core_world *world = world_open();
    store_memory_hold(world->disk.inner, true);
    start_keyed(world, "a", "trip-1", "\x01k", 1);
    start_keyed(world, "b", "trip-2", "\x01k", 1);
    turn(world);
    world_end(world);
    expect(world, "a unavailable\nb unavailable\n");
    world_begin(world);
    world_close(world);
}

Test(core_key, of_a_verb_has_its_effect_once)
{
    struct core_world *world = world_open();
    start(world, "s", "trip-1");
    turn(world);
    store_memory_hold(world->disk.inner, true);
    verb_keyed(world, "a", VERB_PAUSE, "trip-1", "\x01k");
    verb_keyed(world, "b", VERB_PAUSE, "trip-1", "\x01k");
    verb_keyed(world, "c", VERB_RESUME, "trip-1", "\x01k");
    turn(world);
    expect(world, "s ok trip-1 running\n");
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect(world, "a ok trip-1 running\nb ok trip-1 running duplicate\nc idempotency_conflict\n");
    world_close(world);
}

Test(core_key, of_a_refused_verb_is_free)
{
    struct core_world *world = world_open();
    verb_keyed(world, "a", VERB_PAUSE, "trip-1", "\x01k");
    turn(world);
    start(world, "s", "trip-1");
    turn(world);
    verb_keyed(world, "b", VERB_REVERSE, "trip-1", "\x01k");
    turn(world);
    verb_keyed(world, "c", VERB_PAUSE, "trip-1", "\x01k");
    turn(world);
    expect(world,
           "a not_found\ns ok trip-1 running\nb conflict trip-1 running\n"
           "c ok trip-1 running\n");
    world_close(world);
}

/* ---- waiting ---- */

Test(core_wait, ends_with_the_saga_and_gives_its_output)
{
    struct core_world *world = world_open();
    serve_all(world);
    start_waiting(world, "a", "trip-1", 60000);
    turn(world);
    wait_for(world, "b", "trip-1", 60000);
    buf_clear(&world->log);
    turn(world);
    expect(world, "");
    run_to_end(world);
    expect_within(world,
                  "a ok trip-1 completed" DONE_OUTPUT "\nb ok trip-1 completed" DONE_OUTPUT "\n");
    wait_for(world, "c", "trip-1", 60000);
    expect(world, "c ok trip-1 completed" DONE_OUTPUT "\n");
    world_close(world);
}

Test(core_wait, ends_when_the_saga_is_undone)
{
    struct core_world *world = world_open();
    serve_all(world);
    start_waiting(world, "a", "trip-1", 60000);
    turn(world);
    finish_task(world, FAILED_RESULT);
    turn(world);
    expect(world,
           "send A welcome\nsend A task trip-1/flight/do#1\n"
           "a ok trip-1 compensated\nsend A done\n");
    world_close(world);
}

Test(core_wait, ends_when_its_time_is_over)
{
    struct core_world *world = world_open();
    start_waiting(world, "a", "trip-1", 3000);
    start_waiting(world, "b", "trip-1", 1000);
    start_waiting(world, "c", "trip-1", 2000);
    wait_for(world, "d", "trip-1", INT64_MAX);
    turn(world);
    wait_for(world, "e", "trip-1", 0);
    expect(world, "e ok trip-1 running\n");
    cr_assert_eq(core_next_due(world->core), world->now_ms + 1000);
    world->now_ms += 1000;
    turn(world);
    expect(world, "b ok trip-1 running duplicate\n");
    world->now_ms += 2000;
    turn(world);
    expect(world, "c ok trip-1 running duplicate\na ok trip-1 running\n");
    world_end(world);
    expect(world,
           "d ok trip-1 running\n"); /* it is durable: to say less would have it made again */
    world_begin(world);
    world_close(world);
}

/* Seen to fail: it was told not_found. */
Test(core_wait, for_a_saga_on_its_way_to_the_store_ends_with_the_core)
{
    struct core_world *world = world_open();
    start(world, "s", "trip-1");
    wait_for(world, "b", "trip-1", 60000);
    world_end(world);
    expect_within(world, "b unavailable\n");
    world_begin(world);
    world_close(world);
}

Test(core_wait, may_name_a_saga_that_is_on_its_way_to_the_store)
{
    struct core_world *world = world_open();
    wait_for(world, "a", "trip-1", 60000);
    expect(world, "a not_found\n");
    serve_all(world);
    start(world, "s", "trip-1");
    wait_for(world, "b", "trip-1", 60000);
    run_to_end(world);
    expect_within(world, "b ok trip-1 completed" DONE_OUTPUT "\n");
    world_close(world);
}

Test(core_wait, of_many_is_over_in_few_turns)
{
    struct core_world *world = world_open();
    start(world, "s", "trip-1");
    turn(world);
    struct asked *first = &world->asked[world->asked_count];
    for (int i = 0; i < 60; i++) {
        wait_for(world, "w", "trip-1", 100 + i);
    }
    world->now_ms += 200;
    turn(world);
    for (int i = 0; i < 60; i++) {
        cr_assert(first[i].is_answered);
    }
    cr_assert_eq(core_next_due(world->core), peers_next_due(world->peers));
    world_close(world);
}

/* ---- finish ---- */

Test(core_finish, settles_a_task_by_its_token)
{
    struct core_world *world = world_open();
    serve_all(world);
    start(world, "s", "trip-1");
    turn(world);
    finish_task(world, "'status':'later'");
    turn(world);
    buf_clear(&world->log);
    struct asked *asked = asked_new(world, "f", REQUEST_FINISH);
    asked->request.result.status = RESULT_OK;
    asked->request.result.retry_after_ms = -1;
    memcpy(asked->request.result.token, world->token, TOKEN_SIZE);
    ask(world, asked);
    asked = asked_new(world, "g", REQUEST_FINISH);
    asked->request.result.retry_after_ms = -1;
    ask(world, asked);
    turn(world);
    expect(world, "f ok\nsend A task trip-1/hotel/do#1\ng not_found\n");
    world_close(world);
}

/* ---- definitions ---- */

#define OTHER "{'saga':'trip','steps':[{'step':'a','action':'x.y','compensate':'none'}]}"

Test(core_define, makes_a_version_only_of_what_is_new)
{
    struct core_world *world = world_open();
    define(world, "a", TRIP);
    define(world, "b", OTHER);
    turn(world);
    define(world, "c", OTHER);
    define(world, "d", TRIP);
    turn(world);
    expect(world,
           "a ok version 1 unchanged\nb ok version 2\nc ok version 2 unchanged\n"
           "d ok version 3\n");
    world_close(world);
}

Test(core_define, counts_on_from_versions_that_are_not_durable_yet)
{
    struct core_world *world = world_open();
    store_memory_hold(world->disk.inner, true);
    define(world, "a", OTHER);
    turn(world);
    define(world, "b", OTHER);
    define(world, "c", TRIP);
    define(world, "d", OTHER);
    define(world, "e", "{'saga':'car','steps':[{'step':'a','action':'x.y','compensate':'none'}]}");
    turn(world);
    expect(world, "");
    cr_assert_eq(catalog_find(world->catalog, span_text("trip"), 0)->version, 1);
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect(world,
           "a ok version 2\nb ok version 2 unchanged\nc ok version 3\nd ok version 4\n"
           "e ok version 1\n");
    world_restart(world);
    cr_assert_eq(catalog_find(world->catalog, span_text("trip"), 0)->version, 4);
    cr_assert_not_null(catalog_find(world->catalog, span_text("car"), 1));
    world_close(world);
}
