/* test_core_events.c - events find those who wait for them: only those, all of them, and once; with
 * restarts wherever one can come in between.
 *
 * Seen to fail with: set_key() left out (all are asked); the recall left out; await_decided() left
 * out; unrecalled() left out of the recovery; the mark of what is offered taken for that of what is
 * durable. */
#include "core_world.h"
#include "door/request.h"
#include "store/store_memory.h"

#define PAID                                                                                       \
    "{'saga':'trip','on':[{'event':'go','input':{'who':'$.event.data.who'},"                       \
    "'id':'by-${$.event.id}'}],'steps':["                                                          \
    "{'step':'flight','action':'flights.book','compensate':'flights.cancel'},"                     \
    "{'step':'paid','wait_event':{'event':'paid','match':"                                         \
    "'$.event.data.who == $.input.who','timeout':'1h'}}],"                                         \
    "'output':'$.steps.paid.output'}"

/* A saga of this input, whose flight is asked for. */
static void begin(struct core_world *world, const char *saga, const char *input)
{
    struct asked *asked = start_of(world, "s", saga, 1);
    buf_clear(&asked->value);
    put_json(&asked->value, input);
    asked->request.start.input = buf_span(&asked->value);
    ask(world, asked);
    turn(world);
}

static void begin_and_wait(struct core_world *world, const char *saga, const char *input)
{
    begin(world, saga, input);
    finish_task(world, OK_RESULT);
    turn(world);
    buf_clear(&world->log);
}

static const struct asked *send(struct core_world *world, const char *name, const char *event,
                                const char *id, const char *data)
{
    struct asked *asked = asked_new(world, name, REQUEST_EVENT);
    put_json(&asked->value, data);
    asked->request.event = (struct inbox_row){.name = own_text(asked, 0, event),
                                              .source = span_text("shop"),
                                              .id = own_text(asked, 1, id),
                                              .data = buf_span(&asked->value)};
    ask(world, asked);
    return asked;
}

/* Some turns, until the event is in the store and not yet offered. */
static void until_durable(struct core_world *world, uint64_t count)
{
    struct store *store = world->disk.inner;
    for (int i = 0; store->ops->inbox->count(store) < count; i++) {
        cr_assert(i < CORE_WORLD_TURNS);
        world->failure = core_round(world->core, world->now_ms);
    }
    store_memory_hold(store, true);
}

static void crash(struct core_world *world)
{
    store_memory_hold(world->disk.inner, false);
    world_restart(world);
    buf_clear(&world->log);
}

Test(core_events, asks_only_those_whose_value_matches)
{
    struct core_world *world = world_served(PAID);
    begin_and_wait(world, "s1", "{'who':'ada'}");
    begin_and_wait(world, "s2", "{'who':'bob'}");
    begin_and_wait(world, "s3", "{'who':'bob'}");
    begin_and_wait(world, "s4", "{'who':7}");
    const struct asked *sent = send(world, "e", "paid", "1", "{'who':'bob','n':5}");
    wait_for(world, "w", "s2", 1000);
    turn(world);
    expect(world, "w ok s2 completed {\"who\":\"bob\",\"n\":5}\ne ok\n");
    cr_expect_eq(sent->answer.delivered, 2);
    cr_expect_eq(world->disk.waits_found, 2, "the others are not even asked");
    sent = send(world, "f", "paid", "2", "{'n':5}");
    turn(world);
    cr_expect_eq(sent->answer.delivered, 0);
    sent = send(world, "g", "other", "3", "{'who':'ada'}");
    turn(world);
    cr_expect_eq(sent->answer.delivered, 0);
    cr_expect_eq(world->disk.waits_found, 2);
    sent = send(world, "h", "paid", "4", "{'who':7.0}");
    turn(world);
    cr_expect_eq(sent->answer.delivered, 1, "numbers are equal by their value");
    world_close(world);
}

Test(core_events, recalls_what_came_before_the_wait)
{
    struct core_world *world = world_served(PAID);
    send(world, "e", "paid", "1", "{'who':'ada','n':1}");
    turn(world);
    begin(world, "s1", "{'who':'ada'}");
    const struct asked *sent = send(world, "f", "paid", "2", "{'who':'bob','n':2}");
    send(world, "g", "paid", "3", "{'who':'ada','n':3}");
    send(world, "h", "paid", "4", "{'who':'ada','n':4}");
    turn(world);
    cr_expect_eq(sent->answer.delivered, 0);
    buf_clear(&world->log);
    finish_task(world, OK_RESULT);
    turn(world);
    wait_for(world, "w", "s1", 1000);
    turn(world);
    expect_within(world, "w ok s1 completed {\"who\":\"ada\",\"n\":3}\n");
    world_close(world);
}

static enum saga_error count_one(const struct store_wait *wait, void *arg)
{
    uint32_t *count = arg;
    *count += wait->saga > 0;
    return SAGA_OK;
}

static uint32_t unrecalled(const struct core_world *world)
{
    struct store *store = world->disk.inner;
    uint32_t count = 0;
    cr_assert_eq(store->ops->inbox->unrecalled(store, count_one, &count), SAGA_OK);
    return count;
}

/* The wait is durable, and its recall was on its way. */
Test(core_events, recalls_after_a_crash)
{
    struct core_world *world = world_served(PAID);
    begin(world, "s1", "{'who':'ada'}");
    send(world, "e", "paid", "1", "{'who':'ada','n':1}");
    turn(world);
    finish_task(world, OK_RESULT);
    for (int i = 0; unrecalled(world) == 0; i++) {
        cr_assert(i < CORE_WORLD_TURNS);
        world->failure = core_round(world->core, world->now_ms);
    }
    crash(world);
    turn(world);
    wait_for(world, "w", "s1", 1000);
    turn(world);
    expect_within(world, "w ok s1 completed {\"who\":\"ada\",\"n\":1}\n");
    world_close(world);
}

Test(core_events, offers_after_a_crash_what_was_durable)
{
    struct core_world *world = world_served(PAID);
    begin_and_wait(world, "s1", "{'who':'ada'}");
    send(world, "e", "paid", "1", "{'who':'ada','n':1}");
    until_durable(world, 1);
    turn(world);
    expect(world, "");
    crash(world);
    turn(world);
    const struct asked *sent = send(world, "f", "paid", "1", "{'who':'ada','n':1}");
    wait_for(world, "w", "s1", 1000);
    turn(world);
    expect(world, "f ok duplicate\nw ok s1 completed {\"who\":\"ada\",\"n\":1}\n");
    cr_expect_eq(sent->answer.delivered, 1, "to the one that has it by now");
    world_close(world);
}

Test(core_events, counts_an_identity_once)
{
    struct core_world *world = world_served(PAID);
    begin_and_wait(world, "s1", "{'who':'ada'}");
    const struct asked *first = send(world, "e", "paid", "1", "{'who':'ada','n':1}");
    const struct asked *second = send(world, "f", "paid", "1", "{'who':'ada','n':1}");
    turn(world);
    expect(world, "f ok duplicate\ne ok\n");
    cr_expect_eq(first->answer.delivered, 1);
    cr_expect_eq(second->answer.delivered, 1);
    begin(world, "s2", "{'who':'ada'}");
    finish_task(world, OK_RESULT);
    turn(world);
    buf_clear(&world->log);
    const struct asked *third = send(world, "g", "paid", "1", "{'who':'ada','n':1}");
    turn(world);
    expect(world, "g ok duplicate\n");
    cr_expect_eq(third->answer.delivered, 1, "as it was, and not to s2");
    world_close(world);
}

/* Nobody waited for the answer when the outcome was decided; somebody does before it is durable. */
Test(core_events, answers_who_asks_again_between_decision_and_commit)
{
    struct core_world *world = world_served(PAID);
    begin_and_wait(world, "s1", "{'who':'ada'}");
    send(world, "e", "paid", "1", "{'who':'ada','n':1}");
    until_durable(world, 1);
    crash(world);
    store_memory_hold(world->disk.inner, true);
    turn(world);
    const struct asked *sent = send(world, "f", "paid", "1", "{'who':'ada','n':1}");
    turn(world);
    expect(world, "");
    store_memory_hold(world->disk.inner, false);
    turn(world);
    expect(world, "f ok duplicate\n");
    cr_expect_eq(sent->answer.delivered, 1);
    world_close(world);
}

Test(core_events, starts_a_saga_once_across_crashes)
{
    struct core_world *world = world_served(PAID);
    send(world, "e", "go", "1", "{'who':'ada'}");
    until_durable(world, 1);
    turn(world);
    crash(world);
    serve_all(world);
    turn(world);
    expect_within(world, "send A task by-1/flight/do#1\n");
    crash(world);
    const struct asked *sent = send(world, "f", "go", "1", "{'who':'ada'}");
    turn(world);
    wait_for(world, "w", "by-1", 1);
    world->now_ms += 10;
    turn(world);
    expect(world, "f ok duplicate\nw ok by-1 running\n");
    cr_expect_eq(sent->answer.delivered, 0);
    world_close(world);
}
