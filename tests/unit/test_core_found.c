/* test_core_found.c - what the simulator found, each by the shortest history that shows it.
 *
 * Seven were seen to fail with the code as it was before. Of the undo whose turn has not come and
 * the irrevocable success only the simulator's seeds were: others had mended them meanwhile. */
#include <criterion/criterion.h>

#include "base/span.h"
#include "core/state.h"
#include "core_world.h"
#include "engine/engine.h"
#include "journal/verb.h"
#include "peers/peers.h"

#define ONE(more) "'retry':{'max_attempts':1},'timeout':{'start_to_close':'1s'}" more

static void saw(struct core_world *world, const char *text, bool wanted)
{
    buf_write(&world->log, "", 1);
    bool found = strstr((const char *)world->log.data, text) != NULL;
    cr_assert_eq(found, wanted, "'%s' in:\n%s", text, (const char *)world->log.data);
    buf_clear(&world->log);
}

/* A saga of this test's own definition, called "own". */
static void start_own(struct core_world *world, const char *saga)
{
    struct asked *asked = start_of(world, "s", saga, 1);
    asked->request.definition = span_text("own");
    ask(world, asked);
    turn(world);
}

static void serve(struct core_world *world, const char *connection, const char *rest)
{
    char text[512];
    snprintf(text, sizeof(text),
             "{'v':1,'type':'ready','instance':'one','actions':['a.do','a.undo','a.check',"
             "'flights.book','hotels.reserve'],%s}",
             rest);
    say(world, connection, text);
    turn(world);
}

/* A task as it was when it left. */
struct left {
    char key[LIMIT_KEY + 1];
    char token[2 * TOKEN_SIZE + 1];
};

static struct left last_task(const struct core_world *world)
{
    struct left left;
    memcpy(left.key, world->key, sizeof(left.key));
    digest_hex(span_of(world->token, TOKEN_SIZE), left.token);
    return left;
}

static void result(struct core_world *world, const char *connection, const struct left *task,
                   const char *rest)
{
    char text[1024];
    snprintf(text, sizeof(text), "{'v':1,'type':'result','key':'%s','attempt':1,'token':'%s',%s}",
             task->key, task->token, rest);
    say(world, connection, text);
    turn(world);
}

static void pass(struct core_world *world, int64_t ms)
{
    for (int64_t until_ms = world->now_ms + ms; world->now_ms < until_ms;) {
        int64_t left_ms = until_ms - world->now_ms;
        world->now_ms += left_ms < 500 ? left_ms : 500;
        say(world, "A", "{'v':1,'type':'heartbeat'}");
        turn(world);
    }
}

static void order(struct core_world *world, enum verb verb, const struct span *steps,
                  const struct span *accept)
{
    struct asked *asked = asked_new(world, "v", REQUEST_VERB);
    asked->request.verb = (struct verb_request){.verb = verb,
                                                .saga = span_text("s-1"),
                                                .actor = span_text("ada"),
                                                .reason = span_text("because"),
                                                .steps = steps,
                                                .steps_count = steps ? 1 : 0,
                                                .accept = accept,
                                                .accept_count = accept ? 1 : 0};
    ask(world, asked);
    turn(world);
}

static struct peers_stats stats_of(const struct core_world *world)
{
    struct peers_stats stats;
    peers_stats(world->peers, &stats);
    return stats;
}

/* The result comes before the `ready` that still names it: its slot must not be lost. */
Test(core_found, an_answered_attempt_that_is_named_takes_no_slot)
{
    struct core_world *world = world_open();
    serve(world, "A", "'window':1");
    start(world, "s", "trip-1");
    turn(world);
    struct left flight = last_task(world);
    result(world, "B", &flight, OK_RESULT);
    buf_clear(&world->log);
    serve(world, "B", "'window':1,'running':[{'key':'trip-1/flight/do','attempt':1}]");
    world->now_ms += 2000;
    say(world, "B", "{'v':1,'type':'heartbeat'}");
    turn(world);
    world->now_ms += 500; /* nobody has spoken on A since: hotel/do#1 was not taken */
    turn(world);
    saw(world, "send B task trip-1/hotel/do#2\n", true);
    cr_assert_eq(stats_of(world).in_flight, 1);
    world_close(world);
}

Test(core_found, a_final_saga_that_was_loaded_for_nothing_leaves_again)
{
    struct core_world *world = world_open();
    serve_all(world);
    start(world, "s", "trip-1");
    run_to_end(world);
    cr_assert_eq(engine_count(world->core->engine), 0);
    say(world, "A",
        "{'v':1,'type':'result','key':'trip-1/flight/do','attempt':1,"
        "'token':'ffffffffffffffffffffffffffffffff','status':'ok'}");
    turn(world);
    cr_assert_eq(engine_count(world->core->engine), 0);
    world_close(world);
}

/* The do answers while its check waits for a window: the saga ends, and the check with it. */
Test(core_found, a_check_does_not_outlive_the_doubt)
{
    struct core_world *world = world_defined(
        "{'saga':'own','steps':[{'step':'a','action':'a.do','compensate':'a.undo',"
        "'check':'a.check'," ONE("}]}"));
    serve(world, "A", "'window':1");
    start_own(world, "s-1");
    struct left task = last_task(world);
    say(world, "A", "{'v':1,'type':'window','size':0}");
    pass(world, 1000);
    cr_assert_eq(stats_of(world).queued, 1);
    result(world, "A", &task, FAILED_RESULT);
    cr_assert_eq(engine_count(world->core->engine), 0);
    cr_assert_eq(stats_of(world).queued, 0);
    say(world, "A", "{'v':1,'type':'window','size':1}");
    turn(world);
    saw(world, "check#1", false);
    world_close(world);
}

/* `a` was waited for, and its undo's turn has not come: no timer may lie in the past. */
Test(core_found, an_undo_whose_turn_has_not_come_has_no_timer)
{
    struct core_world *world = world_defined(
        "{'saga':'own','compensation_order':'strict','steps':["
        "{'step':'a','action':'a.do','compensate':'a.undo','needs':[]," ONE("},")
        "{'step':'b','action':'a.do','compensate':'a.undo','needs':[]," ONE("},")
        "{'step':'c','action':'a.do','compensate':'none','needs':['b']," ONE("}]}"));
    serve(world, "A", "'window':1");
    start_own(world, "s-1");
    struct left a = last_task(world);
    result(world, "A", &a, "'status':'later'");
    struct left b = last_task(world);
    result(world, "A", &b, OK_RESULT);
    struct left c = last_task(world);
    result(world, "A", &c, FAILED_RESULT);
    saw(world, "s-1/b/undo#1", true);
    result(world, "A", &a, OK_RESULT);
    turn(world);
    cr_assert_gt(core_next_due(world->core), world->now_ms);
    world_close(world);
}

#define PIVOT_AND_AFTER                                                                            \
    "{'saga':'own','reversal_window':'1h','steps':["                                               \
    "{'step':'a','action':'a.do','compensate':'a.undo','pivot':true," ONE(                         \
        "},") "{'step':'b','action':'a.do'," ONE("}]}")

Test(core_found, a_partial_reversal_that_leaves_what_is_irrevocable_ends_completed)
{
    struct core_world *world = world_defined(PIVOT_AND_AFTER);
    const struct span a = span_text("a");
    serve(world, "A", "'window':1");
    start_own(world, "s-1");
    run_to_end(world);
    order(world, VERB_REVERSE, &a, NULL);
    run_to_end(world);
    buf_clear(&world->log);
    wait_for(world, "w", "s-1", 0);
    saw(world, "w ok s-1 completed", true);
    world_close(world);
}

Test(core_found, an_irrevocable_success_on_the_way_back_holds_nobody_back)
{
    struct core_world *world = world_defined(PIVOT_AND_AFTER);
    const struct span b = span_text("b");
    serve(world, "A", "'window':1");
    start_own(world, "s-1");
    struct left task = last_task(world);
    result(world, "A", &task, OK_RESULT);
    task = last_task(world);
    order(world, VERB_ROLLBACK, NULL, NULL);
    result(world, "A", &task, OK_RESULT);
    saw(world, "s-1/a/undo#1", true);
    run_to_end(world);
    buf_clear(&world->log);
    wait_for(world, "w", "s-1", 0);
    saw(world, "w ok s-1 parked", true);
    struct asked *asked = asked_new(world, "r", REQUEST_VERB);
    asked->request.verb = (struct verb_request){.verb = VERB_RESOLVE,
                                                .saga = span_text("s-1"),
                                                .actor = span_text("ada"),
                                                .reason = span_text("because"),
                                                .step = b,
                                                .outcome = STEP_STATE_KEPT};
    ask(world, asked);
    turn(world);
    saw(world, "r ok s-1 compensated", true);
    world_close(world);
}

/* Its first answer is lost on the way to the worker, and the saga has ended by it. */
Test(core_found, a_finish_by_key_is_known_after_the_end)
{
    struct core_world *world =
        world_defined("{'saga':'own','steps':[{'step':'a','action':'a.do'," ONE("}]}"));
    char text[512];
    serve(world, "A", "'window':1");
    start_own(world, "s-1");
    struct left task = last_task(world);
    result(world, "A", &task, "'status':'later'");
    snprintf(text, sizeof(text),
             "{'v':1,'type':'finish','request':'f','token':'%s','key':'%s','status':'ok'}",
             task.token, task.key);
    for (int i = 0; i < 2; i++) {
        buf_clear(&world->log);
        say(world, "B", text);
        turn(world);
        saw(world, "send B reply\n", true);
        cr_assert_eq(engine_count(world->core->engine), 0);
    }
    world_close(world);
}

/* A barrier refuses a do after its undo; a check stops nobody. */
Test(core_found, not_found_waits_for_who_may_act_behind_a_barrier)
{
    struct core_world *world = world_defined(
        "{'saga':'own','steps':[{'step':'a','action':'a.do','compensate':'a.undo',"
        "'check':'a.check'," ONE("}]}"));
    serve(world, "A", "'window':4,'barrier':true");
    start_own(world, "s-1");
    pass(world, 1000);
    struct left check = last_task(world);
    cr_assert_str_eq(check.key, "s-1/a/check");
    result(world, "A", &check,
           "'status':'failed','error':{'code':'not_found','message':'','retryable':false}");
    buf_clear(&world->log);
    wait_for(world, "w", "s-1", 0);
    saw(world, "w ok s-1 running", true);
    world_close(world);
}

/* Before, the core stopped here, at each start again. */
Test(core_found, a_late_success_of_what_a_person_kept_is_recorded)
{
    struct core_world *world = world_defined(PIVOT_AND_AFTER);
    const struct span a = span_text("a");
    serve(world, "A", "'window':4");
    start_own(world, "s-1");
    struct left task = last_task(world);
    pass(world, 1000);
    order(world, VERB_ROLLBACK, NULL, &a);
    saw(world, "v ok s-1 compensated", true);
    result(world, "A", &task, OK_RESULT);
    cr_assert_eq(world->failure, SAGA_OK);
    saw(world, "send A done\n", true);
    world_close(world);
}
