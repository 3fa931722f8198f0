/* test_core_ticks.c - a tick starts its saga once: on time, missed, with crashes in between.
 *
 * Time is the world's. Sagas are seen by asking for them by the id that their tick gives them. */
#include "core_world.h"
#include "store/store_memory.h"

#define MINUTELY(catch_up)                                                                         \
    "{'saga':'tick','on':[{'schedule':'* * * * *','catch_up':'" catch_up                           \
    "'}],"                                                                                         \
    "'steps':[{'step':'a','action':'nobody.serves','compensate':'none'}]}"
#define HOURLY                                                                                     \
    "{'saga':'tick','on':[{'schedule':'0 * * * *'}],"                                              \
    "'steps':[{'step':'a','action':'nobody.serves','compensate':'none'}]}"

enum { MINUTE_MS = 60000 };
#define NOON_MS INT64_C(1795867200000) /* 2026-11-28T12:00:00Z */

static enum saga_error list_one(const struct store_item *item, void *arg)
{
    struct buf *out = arg;
    buf_format(out, "%.*s ", (int)item->name.size, (const char *)item->name.data);
    return SAGA_OK;
}

/* Exactly these sagas are there, the newest first. */
static void expect_sagas(struct core_world *world, const char *names)
{
    struct store *store = world->disk.inner;
    struct store_reader *reader = NULL;
    struct store_filter filter = {.definition = span_text("tick"), .limit = 500};
    struct buf out;
    buf_open(&out, 65536);
    cr_assert_eq(store->ops->reader_open(store, &reader), SAGA_OK);
    cr_assert_eq(reader->ops->list(reader, &filter, list_one, &out), SAGA_OK);
    reader->ops->close(&reader);
    buf_write(&out, "", 1);
    cr_expect_str_eq((const char *)out.data, names);
    buf_close(&out);
}

static struct core_world *open_at(int64_t now_ms, const char *definition)
{
    struct core_world *world = world_open();
    world->now_ms = now_ms;
    turn(world);
    define(world, "d", definition);
    turn(world);
    expect_within(world, "d ok version 1\n");
    return world;
}

Test(core_ticks, starts_a_saga_at_each_tick)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    cr_assert_eq(core_next_due(world->core), NOON_MS + MINUTE_MS);
    world->now_ms = NOON_MS + MINUTE_MS - 1;
    turn(world);
    expect_sagas(world, "");
    world->now_ms++;
    turn(world);
    expect_sagas(world, "tick:20261128T120100Z ");
    turn(world);
    world->now_ms += MINUTE_MS;
    turn(world);
    expect_sagas(world, "tick:20261128T120200Z tick:20261128T120100Z ");
    world_close(world);
}

Test(core_ticks, makes_up_for_one_missed_tick_after_a_restart)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    world->now_ms += 5 * MINUTE_MS + 1;
    world_restart(world);
    turn(world);
    expect_sagas(world, "tick:20261128T120500Z ");
    world_restart(world);
    turn(world);
    expect_sagas(world, "tick:20261128T120500Z ");
    world_close(world);
}

Test(core_ticks, leaves_missed_ticks_out_when_told_so)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("none"));
    world->now_ms += 5 * MINUTE_MS + 1;
    world_restart(world);
    turn(world);
    expect_sagas(world, "");
    world->now_ms += MINUTE_MS;
    turn(world);
    expect_sagas(world, "tick:20261128T120600Z ");
    world_close(world);
}

Test(core_ticks, makes_up_for_all_missed_ticks_when_told_so)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("all"));
    world->now_ms += 3 * MINUTE_MS + 1;
    world_restart(world);
    turn(world);
    expect_sagas(world, "tick:20261128T120300Z tick:20261128T120200Z tick:20261128T120100Z ");
    world_close(world);
}

/* The start and the mark are one commit: a crash loses both or none. */
Test(core_ticks, starts_again_what_a_crash_has_lost)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    world->now_ms += MINUTE_MS;
    store_memory_hold(world->disk.inner, true);
    turn(world);
    expect_sagas(world, "");
    store_memory_hold(world->disk.inner, false);
    world_restart(world);
    turn(world);
    expect_sagas(world, "tick:20261128T120100Z ");
    world_restart(world);
    world->now_ms += 1000;
    turn(world);
    expect_sagas(world, "tick:20261128T120100Z ");
    world_close(world);
}

/* Even if a store came back with the saga and without the mark. */
Test(core_ticks, does_not_start_what_is_there_already)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    struct asked *asked = start_of(world, "s", "tick:20261128T120100Z", 1);
    ask(world, asked);
    turn(world);
    expect_within(world, "s ok tick:20261128T120100Z running\n");
    world->now_ms += MINUTE_MS;
    turn(world);
    expect_sagas(world, "");
    cr_assert_eq(world->failure, SAGA_OK);
    cr_assert_eq(core_next_due(world->core), NOON_MS + 2 * MINUTE_MS, "and goes on");
    world_close(world);
}

Test(core_ticks, listens_to_the_newest_version)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    define(world, "e", HOURLY);
    turn(world);
    world->now_ms += 30 * MINUTE_MS;
    turn(world);
    expect_sagas(world, "");
    world->now_ms += 30 * MINUTE_MS;
    turn(world);
    expect_sagas(world, "tick:20261128T130000Z ");
    /* A schedule that comes back begins anew: what lay between is not made up for. */
    define(world, "f", MINUTELY("all"));
    turn(world);
    world->now_ms += MINUTE_MS;
    world_restart(world);
    turn(world);
    expect_sagas(world, "tick:20261128T130100Z tick:20261128T130000Z ");
    world_close(world);
}

/* A new version with the same schedule goes on where the one before was. */
Test(core_ticks, keeps_its_place_when_something_else_changes)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    world->now_ms += MINUTE_MS;
    store_memory_hold(world->disk.inner, true);
    define(world, "e", MINUTELY("all"));
    world->now_ms += MINUTE_MS;
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect_sagas(world, "tick:20261128T120200Z ");
    world->now_ms += 2 * MINUTE_MS;
    world_restart(world);
    turn(world);
    expect_sagas(world, "tick:20261128T120400Z tick:20261128T120300Z tick:20261128T120200Z ");
    world_close(world);
}

Test(core_ticks, starts_nothing_while_draining_or_without_room)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("one"));
    world->disk.is_low = true;
    world->now_ms += MINUTE_MS;
    turn(world);
    expect_sagas(world, "");
    cr_assert_eq(core_next_due(world->core), world->now_ms + 1000, "and looks again");
    world->disk.is_low = false;
    world->now_ms += 1000;
    turn(world);
    expect_sagas(world, "tick:20261128T120100Z ");
    core_drain(world->core);
    world->now_ms += MINUTE_MS;
    turn(world);
    expect_sagas(world, "tick:20261128T120100Z ");
    world_close(world);
}

/* There are more ticks than the world has room for sagas. */
Test(core_ticks, waits_for_room_in_memory)
{
    struct core_world *world = open_at(NOON_MS, MINUTELY("all"));
    world->now_ms += 2 * CORE_WORLD_SAGAS * MINUTE_MS;
    world_restart(world);
    for (int i = 0; i < 5; i++) {
        turn(world);
        world->now_ms += 2000;
    }
    cr_assert_eq(world->failure, SAGA_OK);
    struct core_stats stats;
    core_stats(world->core, &stats);
    cr_assert_eq(stats.sagas, CORE_WORLD_SAGAS);
    world_close(world);
}

/* What started it is $.event, and its input what the definition makes of that. */
Test(core_ticks, gives_the_saga_its_time)
{
    struct core_world *world =
        open_at(NOON_MS,
                "{'saga':'tick','on':[{'schedule':'1 12 * * *','input':{'at':'$.event.time',"
                "'of':'${$.event.name} ${$.event.data.scheduled_at}'}}],"
                "'steps':[{'step':'a','sleep':'1ms'}],'output':["
                "'$.input','$.event.id','$.event.source']}");
    world->now_ms += MINUTE_MS;
    turn(world);
    world->now_ms += 1000;
    turn(world);
    wait_for(world, "w", "tick:20261128T120100Z", 1000);
    turn(world);
    expect_within(world,
                  "w ok tick:20261128T120100Z completed "
                  "[{\"at\":\"2026-11-28T12:01:00.000Z\","
                  "\"of\":\"schedule 2026-11-28T12:01:00.000Z\"},\"tick:20261128T120100Z\","
                  "\"sagad/schedule\"]\n");
    world_close(world);
}

Test(core_ticks, knows_the_zones_of_the_system)
{
    struct core_world *world =
        open_at(NOON_MS,
                "{'saga':'tick','on':[{'schedule':'30 17 * * *','timezone':'Asia/Kolkata'},"
                "{'schedule':'1 12 * * *','timezone':'Mars/Olympus'},"
                "{'schedule':'1 12 * * *'}],"
                "'steps':[{'step':'a','action':'nobody.serves','compensate':'none'}]}");
    world->now_ms += MINUTE_MS;
    turn(world);
    expect_sagas(world, "tick:20261128T120100Z:3 ");
    cr_assert_eq(core_next_due(world->core), NOON_MS + 24 * 60 * (int64_t)MINUTE_MS);
    world_close(world);
}
