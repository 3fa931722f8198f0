/* test_core_waits.c - what an answer costs the thread that decides does not depend on the saga.
 *
 * Counted, not timed: the rows that the core reads of the store for each request that looks at a
 * saga, of which one has 3 steps and the other 40. The output of a saga that settled long ago is
 * brought by somebody else, and may come after the core has ended.
 *
 * Seen to fail with: the whole saga loaded for each look, as it was; outputs_close() left out; a
 * refusal of the reader's not answered. */
#include "core_world.h"
#include "journal/verb.h"

enum { SHORT = 3, LONG = 40, FLOOD = 100 };

static struct span key_of(struct asked *asked, const char *saga)
{
    char key[64];
    snprintf(key, sizeof(key), "\x01%s", saga);
    return own_text(asked, 1, key);
}

/* Runs a saga of so many steps, one after the other; without the last one when it stays open. */
static void run(struct core_world *world, const char *saga, int steps, bool stays_open)
{
    static char text[64 * 1024];
    size_t at = (size_t)snprintf(text, sizeof(text), "{'saga':'%s-kind','steps':[", saga);
    for (int i = 0; i < steps; i++) {
        char needs[32] = "";
        if (i > 0) {
            snprintf(needs, sizeof(needs), ",'needs':['s%d']", i - 1);
        }
        at += (size_t)snprintf(text + at, sizeof(text) - at,
                               "%s{'step':'s%d','action':'mails.send','compensate':'none'%s}",
                               i > 0 ? "," : "", i, needs);
    }
    snprintf(text + at, sizeof(text) - at, "],'output':{'last':'$.steps.s%d.output'}}", steps - 1);
    define(world, "d", text);
    turn(world);
    struct asked *asked = start_of(world, "s", saga, 1);
    char kind[64];
    snprintf(kind, sizeof(kind), "%s-kind", saga);
    asked->request.definition = own_text(asked, 2, kind);
    asked->request.start.key = key_of(asked, saga);
    ask(world, asked);
    for (int i = 0; i < steps - (stays_open ? 1 : 0); i++) {
        turn(world);
        cr_assert_neq(world->key[0], '\0');
        finish_task(world, OK_RESULT);
        world->key[0] = '\0';
    }
    turn(world);
    buf_clear(&world->log);
}

static void again(struct core_world *world, const char *saga, bool is_keyed, bool waits)
{
    struct asked *asked = start_of(world, "again", saga, 1);
    if (is_keyed) {
        asked->request.start.key = key_of(asked, saga);
        asked->request.start.name = span_text("another");
    }
    asked->request.wait_settled = waits;
    asked->request.wants_output = waits;
    asked->request.wait_ms = waits ? 1000 : 0;
    ask(world, asked);
}

/* Every request that looks at the saga; how many rows the deciding thread read for all of them. */
static uint64_t look_in_all_ways(struct core_world *world, const char *saga)
{
    uint64_t before = world->disk.rows_read;
    wait_for(world, "now", saga, 0);
    wait_for(world, "later", saga, 1000);
    again(world, saga, false, false);
    again(world, saga, false, true);
    again(world, saga, true, false);
    again(world, saga, true, true);
    turn(world);
    world->now_ms += 1000;
    turn(world);
    return world->disk.rows_read - before;
}

static void compare(bool stays_open)
{
    struct core_world *world = world_open();
    serve_all(world);
    run(world, "short", SHORT, stays_open);
    uint64_t few = look_in_all_ways(world, "short");
    expect_within(world, stays_open ? "again ok short running duplicate\n"
                                    : "again ok short completed duplicate {\"last\":");
    run(world, "long", LONG, stays_open);
    uint64_t many = look_in_all_ways(world, "long");
    expect_within(world, stays_open ? "again ok long running duplicate\n"
                                    : "again ok long completed duplicate {\"last\":");
    /* Six requests, of which three wait and are looked at again when their time is over. */
    cr_expect_leq(few, 9, "%d rows of a short saga", (int)few);
    cr_expect_eq(many, few, "%d rows of a long saga, %d of a short one", (int)many, (int)few);
    world_close(world);
}

Test(core_waits, cost_the_same_for_a_long_saga_that_is_open)
{
    compare(true);
}

Test(core_waits, cost_the_same_for_a_long_saga_that_has_ended)
{
    compare(false);
}

Test(core_waits, bring_the_output_when_it_has_been_read)
{
    struct core_world *world = world_open();
    serve_all(world);
    run(world, "a", SHORT, false);
    world->outputs.is_held = true;
    again(world, "a", false, true);
    turn(world);
    expect(world, "");
    struct asked *wait = asked_new(world, "w", REQUEST_WAIT); /* its asker reads for himself */
    wait->request.saga = own_text(wait, 0, "a");
    wait->request.wait_settled = true;
    wait->request.wait_ms = 1000;
    ask(world, wait);
    expect(world, "w ok a completed\n");
    outputs_now_go(&world->outputs);
    expect(world, "again ok a completed duplicate {\"last\":{\"number\":7}}\n");
    world_close(world);
}

Test(core_waits, answer_when_nobody_can_read_now)
{
    struct core_world *world = world_open();
    serve_all(world);
    run(world, "a", SHORT, false);
    world->outputs.refuses = SAGA_OVERLOADED;
    again(world, "a", false, true);
    expect(world, "again overloaded\n");
    world->outputs.refuses = SAGA_OK;
    again(world, "a", false, true);
    expect(world, "again ok a completed duplicate {\"last\":{\"number\":7}}\n");
    world_close(world);
}

Test(core_waits, end_with_the_core)
{
    struct core_world *world = world_open();
    serve_all(world);
    run(world, "a", SHORT, false);
    world->outputs.is_held = true;
    again(world, "a", false, true);
    struct output_look *look = world->outputs.waits;
    cr_assert_not_null(look);
    core_destroy(&world->core);
    expect(world, "again unavailable\n");
    look->error = SAGA_UNAVAILABLE; /* what a reader says that ends */
    look->done(look);
    expect(world, "");
    world_close(world);
}

/* Reads are on their way in any number, and come back in any order. */
Test(core_waits, come_back_in_any_order)
{
    static struct output_look *held[FLOOD];
    struct core_world *world = world_open();
    serve_all(world);
    run(world, "a", SHORT, false);
    world->outputs.is_held = true;
    for (int i = 0; i < FLOOD; i++) {
        again(world, "a", false, true);
        held[i] = world->outputs.waits;
        world->outputs.waits = NULL;
    }
    turn(world);
    expect(world, "");
    for (int i = 0; i < FLOOD; i++) {
        outputs_now_load(&world->outputs, held[(i * 37 + 11) % FLOOD]);
    }
    for (uint32_t i = 0; i < world->asked_count; i++) {
        cr_expect(world->asked[i].is_answered, "%u", i);
    }
    world_close(world);
}
