/* test_core_live.c - what is known of attempts at work, and in no record: asked of the deciding
 * thread, as whoever looks at a saga does.
 *
 * Seen to fail with: the peers not asked; the details of a heartbeat left out; an attempt that is
 * over still told of. */
#include "core_world.h"
#include "engine/at_work.h"

enum { ROOM = 1 << 20 };

static void put(struct core_world *world, const struct task_at_work *task)
{
    int64_t now_ms = world->now_ms;
    buf_format(&world->log, "%.*s#%u %.*s", (int)task->key.size, (const char *)task->key.data,
               task->number, (int)task->action.size, (const char *)task->action.data);
    buf_format(&world->log, " age %lld", (long long)(now_ms - task->intended_ms));
    if (task->sent_ms > 0) {
        buf_format(&world->log, " sent %lld", (long long)(now_ms - task->sent_ms));
    }
    if (task->instance.size > 0) {
        buf_format(&world->log, " at %.*s", (int)task->instance.size,
                   (const char *)task->instance.data);
    }
    if (task->heard_ms > 0) {
        buf_format(&world->log, " heard %lld", (long long)(now_ms - task->heard_ms));
    }
    if (task->until_ms < INT64_MAX) {
        buf_format(&world->log, " %s in %lld", task->limit, (long long)(task->until_ms - now_ms));
    }
    if (task->details.size > 0) {
        buf_text(&world->log, " ");
        cr_assert_eq(json_from_mp(task->details, &world->log, JSON_COMPACT_STYLE), SAGA_OK);
    }
    buf_text(&world->log, task->nobody_serves ? " nobody\n" : "\n");
}

/* What is known of the saga, a line each, and nothing else in the log. */
static void look(struct core_world *world, const char *saga)
{
    struct arena arena;
    struct at_work at_work = {.arena = &arena};
    struct asked *asked = asked_new(world, "look", REQUEST_LOOK);
    arena_open(&arena, &arena_heap, ROOM);
    asked->request.saga = own_text(asked, 0, saga);
    asked->request.at_work = &at_work;
    ask(world, asked);
    cr_assert(asked->is_answered, "at once");
    buf_clear(&world->log);
    for (uint32_t i = 0; i < at_work.count; i++) {
        put(world, &at_work.items[i]);
    }
    arena_close(&arena);
}

#define PATIENT                                                                                    \
    "{'saga':'trip','steps':[{'step':'flight','action':'flights.book','compensate':'none',"        \
    "'timeout':{'start_to_close':'10m','heartbeat':'5m'},'retry':{'initial_interval':'1h'}}]}"

Test(core_live, tells_where_an_attempt_is_and_what_was_heard)
{
    struct core_world *world = world_defined(PATIENT);
    start(world, "a", "s");
    turn(world);
    world->now_ms += 500;
    look(world, "s");
    expect(world, "s/flight/do#1 flights.book age 500 nobody\n");

    serve_all(world);
    turn(world);
    world->now_ms += 250;
    look(world, "s");
    expect(world, "s/flight/do#1 flights.book age 750 sent 250 at one heartbeat in 299750\n");

    say(world, "A",
        "{'v':1,'type':'heartbeat','running':[{'key':'s/flight/"
        "do','attempt':1,'details':{'n':3}}]}");
    world->now_ms += 100;
    look(world, "s");
    expect(world,
           "s/flight/do#1 flights.book age 850 sent 350 at one heard 100 heartbeat in 299900 "
           "{\"n\":3}\n");

    finish_task(world, "'status':'failed','error':{'code':'full','message':'no'}");
    turn(world);
    look(world, "s");
    expect(world, "");
    look(world, "nobody");
    expect(world, "");
    world_close(world);
}

/* One is busy, the other one waits; of each of two, and of no more than may be told. */
Test(core_live, tells_which_attempts_wait_for_somebody_busy)
{
    struct core_world *world = world_defined(
        "{'saga':'trip','steps':[{'step':'all','for_each':'$.input.list',"
        "'max_parallel':1000,'action':'flights.book','compensate':'none'}]}");
    say(world, "A",
        "{'v':1,'type':'ready','instance':'one','window':1,'actions':['flights.book']}");
    struct asked *asked = start_of(world, "a", "s", 1);
    char list[2048] = "{'list':[1";
    for (int i = 1; i < 300; i++) {
        snprintf(list + strlen(list), sizeof(list) - strlen(list), ",1");
    }
    snprintf(list + strlen(list), sizeof(list) - strlen(list), "]}");
    buf_clear(&asked->value);
    put_json(&asked->value, list);
    asked->request.start.input = buf_span(&asked->value);
    ask(world, asked);
    turn(world);
    look(world, "s");
    buf_write(&world->log, "", 1);
    const char *log = (const char *)world->log.data;
    uint32_t lines = 0;
    for (const char *at = log; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    cr_expect_eq(lines, AT_WORK_MAX);
    cr_expect_not_null(strstr(log, "s/all[0]/do#1 flights.book age 0 sent 0 at one"), "%.200s",
                       log);
    cr_expect_not_null(strstr(log, "s/all[1]/do#1 flights.book age 0\n"), "%.300s", log);
    cr_expect_null(strstr(log, "nobody"));
    world_close(world);
}
