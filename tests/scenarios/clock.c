/* clock.c - time in a script: timers fire at their time, and a crash takes some. */
#include "engine/batch.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "scenario.h"

enum { TIMERS_MAX = 1000 };

void world_print_timer(struct world *world)
{
    int64_t due_ms = world_next_due(world);
    if (due_ms != world->wakes_ms) {
        world->wakes_ms = due_ms;
        buf_text(&world->out, "  wakes ");
        print_ms(&world->out, due_ms);
        buf_text(&world->out, "\n");
    }
}

/* The time is written above what happened then, if anything did. */
static void fire(struct world *world, int64_t at_ms)
{
    size_t before = world->out.size;
    world->now_ms = at_ms;
    buf_text(&world->out, "  at ");
    print_ms(&world->out, at_ms);
    buf_text(&world->out, "\n");
    size_t head = world->out.size;
    if (!engine_holds(world->engine, span_text(world->name)) && world_next_due(world) <= at_ms) {
        world_load_sleeper(world);
    }
    struct event event = {.kind = EVENT_TIME};
    world_step(world, &event);
    world_print_timer(world);
    if (world->out.size == head) {
        buf_truncate(&world->out, before);
    }
}

void world_pass(struct world *world, int64_t ms)
{
    int64_t until_ms = world->now_ms + ms;
    int rounds = 0;
    for (int64_t due_ms; (due_ms = world_next_due(world)) <= until_ms; rounds++) {
        fire(world, due_ms > world->now_ms ? due_ms : world->now_ms);
        if (world_next_due(world) <= world->now_ms || rounds == TIMERS_MAX) {
            world_violated(world, "a timer that has fired does not lie in the future");
        }
    }
    world->now_ms = until_ms;
}

void world_crash(struct world *world, int64_t outage_ms)
{
    engine_destroy(&world->engine);
    batch_clear(&world->batch);
    world->now_ms += outage_ms;
    for (uint32_t i = 0; i < world->task_count; i++) {
        world->tasks[i].waits = false;
    }
    world_open_engine(world);
    world_lock(world);
    if (world->row_count > 0 && world->asleep.due_ms == 0) {
        world_load(world);
    }
    buf_format(&world->out, "  loaded %u rows at ", world->row_count);
    print_ms(&world->out, world->now_ms);
    buf_text(&world->out, "\n");
    struct event serving = {.kind = EVENT_SERVING};
    world_step(world, &serving);
}
