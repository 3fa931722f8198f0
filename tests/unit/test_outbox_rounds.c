/* test_outbox_rounds.c - the outbox in virtual time: a clock, a network and a loop that do what the
 * test says.
 *
 * Seen to fail with: a lane that moves on before its outcome is durable; the heap not asked for the
 * time of a lane; a dead event that keeps its lane; `anew` that does not forget. */
#include "outbox_world.h"

Test(outbox_rounds, sends_the_events_of_a_saga_one_after_the_other)
{
    struct outbox_world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    tell(world, 2, "b/1");
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    answer_with(world, 204, -1);
    cr_assert_str_eq(under_way(world), "b/1", "the next waits until that is durable");
    settle(world);
    cr_assert_str_eq(under_way(world), "b/1 a/2");
    answer(world, 204);
    answer(world, 200);
    cr_assert_str_eq(under_way(world), "");
    struct outbox_stats stats;
    outbox_stats(world->outbox, &stats);
    cr_assert_eq(stats.delivered, 3);
    cr_assert_eq(stats.lanes, 0);
    cr_assert_eq(stats.flights, 0);
    end(world);
}

Test(outbox_rounds, holds_back_what_stands_behind_a_failure)
{
    struct outbox_world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    tell(world, 2, "b/1");
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    answer(world, 500);
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "");
    tell(world, 1, "a/3");
    world->now_ms += 4999;
    cr_assert_str_eq(under_way(world), "");
    world->now_ms += 501;
    cr_assert_str_eq(under_way(world), "a/1");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "a/2");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "a/3");
    end(world);
}

Test(outbox_rounds, gives_up_after_ten_attempts_and_goes_on)
{
    struct outbox_world *world = begin();
    const int64_t start_ms = world->now_ms;
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    for (int attempt = 1; attempt <= 10; attempt++) {
        for (int hours = 0; hours < 40 && strcmp(under_way(world), "a/1") != 0; hours++) {
            world->now_ms += 3600 * 1000;
        }
        cr_assert_str_eq(under_way(world), "a/1", "attempt %d", attempt);
        answer(world, 503);
    }
    cr_assert_gt(world->now_ms - start_ms, INT64_C(75) * 3600 * 1000);
    cr_assert_str_eq(under_way(world), "a/2");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "");
    change(world, (struct delivery){.change = DELIVERY_AGAIN, .due_ms = world->now_ms});
    cr_assert_str_eq(under_way(world), "a/1");
    end(world);
}

Test(outbox_rounds, repeats_after_a_crash_what_was_not_durable)
{
    struct outbox_world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    cr_assert_str_eq(under_way(world), "a/1");
    crash(world);
    cr_assert_str_eq(under_way(world), "a/1");
    answer_with(world, 204, -1);
    crash(world);
    cr_assert_str_eq(under_way(world), "a/1", "its outcome was not durable: it goes again");
    answer(world, 500);
    crash(world);
    cr_assert_str_eq(under_way(world), "", "that it failed, and when it is due, is durable");
    world->now_ms += 6000;
    cr_assert_str_eq(under_way(world), "a/1");
    answer(world, 204);
    cr_assert_str_eq(under_way(world), "a/2");
    end(world);
}

Test(outbox_rounds, waits_as_long_as_the_receiver_asks)
{
    struct outbox_world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 2, "b/1");
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    answer_with(world, 429, 120000);
    settle(world);
    answer(world, 204);
    tell(world, 3, "c/1");
    cr_assert_str_eq(under_way(world), "", "the whole hook is held");
    world->now_ms += 119000;
    cr_assert_str_eq(under_way(world), "");
    world->now_ms += 13001;
    cr_assert_str_eq(under_way(world), "c/1 a/1");
    end(world);
}

Test(outbox_rounds, stops_when_the_receiver_is_gone_for_good)
{
    struct outbox_world *world = begin();
    tell(world, 1, "a/1");
    cr_assert_str_eq(under_way(world), "a/1");
    answer(world, 410);
    tell(world, 2, "b/1");
    world->now_ms += INT64_C(86400000) * 30;
    cr_assert_str_eq(under_way(world), "");
    crash(world);
    cr_assert_str_eq(under_way(world), "", "durably so");
    struct hook_row hook = {.name = span_text("ops")};
    struct rows rows = {.hooks = &hook, .hook_count = 1};
    commit(world, &rows);
    outbox_wake(world->outbox, true);
    cr_assert_str_eq(under_way(world), "a/1 b/1");
    end(world);
}

Test(outbox_rounds, tries_a_receiver_that_is_down_with_one_at_a_time)
{
    struct outbox_world *world = begin();
    char event[16];
    for (uint64_t saga = 1; saga <= 20; saga++) {
        snprintf(event, sizeof(event), "s/%llu", (unsigned long long)saga);
        tell(world, saga, event);
    }
    (void)under_way(world);
    cr_assert_eq(world->post_count, 8);
    for (int i = 0; i < 8; i++) {
        answer(world, 502);
    }
    (void)under_way(world);
    cr_assert_eq(world->post_count, 1);
    answer(world, 200);
    (void)under_way(world);
    cr_assert_eq(world->post_count, 8);
    end(world);
}

Test(outbox_rounds, asks_the_loop_again_when_it_has_no_room)
{
    struct outbox_world *world = begin();
    tell(world, 1, "a/1");
    tell(world, 1, "a/2");
    cr_assert_str_eq(under_way(world), "a/1");
    world->is_full = true;
    answer_with(world, 204, -1);
    cr_assert_str_eq(under_way(world), "");
    world->is_full = false;
    world->now_ms += 1000;
    cr_assert_str_eq(under_way(world), "");
    cr_assert_eq(world->request_count, 1);
    settle(world);
    cr_assert_str_eq(under_way(world), "a/2");
    end(world);
}

Test(outbox_rounds, leaves_what_a_hook_without_settings_has)
{
    struct outbox_world *world = begin();
    snprintf(world->hooks.items[0].name, sizeof(world->hooks.items[0].name), "other");
    tell(world, 1, "a/1");
    cr_assert_str_eq(under_way(world), "");
    snprintf(world->hooks.items[0].name, sizeof(world->hooks.items[0].name), "ops");
    outbox_wake(world->outbox, true);
    cr_assert_str_eq(under_way(world), "a/1");
    end(world);
}
