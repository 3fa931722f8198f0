/* test_language_schedule.c - which tick is next, and what becomes of missed ones. */
#include <stdio.h>

#include <criterion/criterion.h>

#include "base/times.h"
#include "language/schedule.h"

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };
#define DAY_MS   INT64_C(86400000)
#define START_MS INT64_C(1795834800000) /* 2026-11-28T03:00:00Z */

static struct schedule make(const char *expression, enum catch_up catch_up)
{
    struct schedule schedule = {
        .expression = span_text(expression), .timezone = span_text("UTC"), .catch_up = catch_up};
    char why[200];
    cr_assert(cron_parse(schedule.expression, &schedule.cron, why, sizeof(why)), "%s", why);
    return schedule;
}

/* All ticks that start a saga when it is now, and serving began then. */
struct ticks {
    uint32_t count;
    uint32_t steps;
    int64_t first_ms;
    int64_t last_ms;
    int64_t mark_ms;
    int64_t next_ms;
};

static struct ticks run(const struct schedule *schedule, struct schedule_time time)
{
    struct ticks ticks = {0};
    struct schedule_step step;
    for (int i = 0; i < 5000; i++) {
        schedule_next(schedule, NULL, &time, &step);
        bool moved = step.mark_ms != time.mark_ms;
        cr_assert_geq(step.mark_ms, time.mark_ms);
        cr_assert_leq(step.mark_ms, time.now_ms);
        time.mark_ms = step.mark_ms;
        if (step.tick_ms == INT64_MAX && !moved) {
            break;
        }
        ticks.steps++;
        if (step.tick_ms == INT64_MAX) {
            continue;
        }
        cr_assert_eq(step.tick_ms, step.mark_ms);
        cr_assert_gt(step.tick_ms, ticks.last_ms);
        ticks.first_ms = ticks.count++ == 0 ? step.tick_ms : ticks.first_ms;
        ticks.last_ms = step.tick_ms;
    }
    ticks.mark_ms = time.mark_ms;
    ticks.next_ms = step.next_ms;
    return ticks;
}

Test(schedule, waits_for_its_tick)
{
    struct schedule daily = make("0 3 * * *", CATCH_UP_ONE);
    struct ticks none = run(&daily, (struct schedule_time){START_MS, START_MS, START_MS + 1});
    cr_assert_eq(none.count, 0);
    cr_assert_eq(none.steps, 0);
    cr_assert_eq(none.next_ms, START_MS + DAY_MS);
    struct ticks due = run(&daily, (struct schedule_time){START_MS, START_MS, START_MS + DAY_MS});
    cr_assert_eq(due.count, 1);
    cr_assert_eq(due.last_ms, START_MS + DAY_MS);
    cr_assert_eq(due.mark_ms, due.last_ms);
    cr_assert_eq(due.next_ms, START_MS + 2 * DAY_MS);
}

Test(schedule, makes_up_for_the_latest_missed_tick)
{
    struct schedule daily = make("0 3 * * *", CATCH_UP_ONE);
    int64_t now_ms = START_MS + 400 * DAY_MS + HOUR_MS;
    struct ticks ticks = run(&daily, (struct schedule_time){START_MS, now_ms, now_ms});
    cr_assert_eq(ticks.count, 1);
    cr_assert_eq(ticks.last_ms, START_MS + 400 * DAY_MS);
    cr_assert_eq(ticks.next_ms, START_MS + 401 * DAY_MS);
}

Test(schedule, leaves_missed_ticks_out)
{
    struct schedule daily = make("0 3 * * *", CATCH_UP_NONE);
    int64_t now_ms = START_MS + 3 * DAY_MS + HOUR_MS;
    struct ticks ticks = run(&daily, (struct schedule_time){START_MS, now_ms, now_ms});
    cr_assert_eq(ticks.count, 0);
    cr_assert_eq(ticks.steps, 1, "and remembers that");
    cr_assert_eq(ticks.mark_ms, START_MS + 3 * DAY_MS);
    /* One of its own time is not missed, however late the coordinator gets to it. */
    ticks = run(&daily, (struct schedule_time){START_MS, START_MS + DAY_MS - 1,
                                               START_MS + DAY_MS + HOUR_MS});
    cr_assert_eq(ticks.count, 1);
    /* But one that the next has overtaken is. */
    ticks = run(&daily, (struct schedule_time){START_MS, START_MS + DAY_MS - 1,
                                               START_MS + 2 * DAY_MS + HOUR_MS});
    cr_assert_eq(ticks.count, 1);
    cr_assert_eq(ticks.last_ms, START_MS + 2 * DAY_MS);
}

Test(schedule, makes_up_for_all_missed_ticks_oldest_first)
{
    struct schedule minutely = make("* * * * *", CATCH_UP_ALL);
    int64_t now_ms = START_MS + 10 * MINUTE_MS + 500;
    struct ticks ticks = run(&minutely, (struct schedule_time){START_MS, now_ms, now_ms});
    cr_assert_eq(ticks.count, 10);
    cr_assert_eq(ticks.first_ms, START_MS + MINUTE_MS);
    cr_assert_eq(ticks.last_ms, START_MS + 10 * MINUTE_MS);
}

Test(schedule, makes_up_for_so_many_and_no_more)
{
    struct schedule minutely = make("* * * * *", CATCH_UP_ALL);
    int64_t now_ms = START_MS + 30 * DAY_MS;
    struct ticks ticks = run(&minutely, (struct schedule_time){START_MS, now_ms, now_ms});
    cr_assert_eq(ticks.count, SCHEDULE_TICKS_MAX);
    cr_assert_eq(ticks.last_ms, now_ms);
    cr_assert_eq(ticks.first_ms, now_ms - (SCHEDULE_TICKS_MAX - 1) * (int64_t)MINUTE_MS);
}

Test(schedule, is_the_same_however_often_it_is_looked_at)
{
    struct schedule schedule = make("*/7 1-5 * * MON,WED", CATCH_UP_ALL);
    int64_t mark_ms = START_MS;
    int64_t expected_s = START_MS / 1000;
    for (int64_t now_ms = START_MS; now_ms < START_MS + 10 * DAY_MS; now_ms += 97 * 1000) {
        struct ticks ticks = run(&schedule, (struct schedule_time){mark_ms, START_MS, now_ms});
        for (uint32_t i = 0; i < ticks.count; i++) {
            expected_s = cron_next(&schedule.cron, NULL, expected_s);
        }
        cr_assert_eq(ticks.mark_ms, expected_s * 1000);
        mark_ms = ticks.mark_ms;
    }
}

Test(schedule, names_its_sagas)
{
    struct schedule first = make("0 3 * * *", CATCH_UP_ONE);
    struct schedule third = first;
    char text[SCHEDULE_ID_SIZE];
    third.index = 2;
    schedule_saga_id(span_text("nightly"), &first, START_MS, text);
    cr_assert_str_eq(text, "nightly:20261128T030000Z");
    schedule_saga_id(span_text("nightly"), &third, START_MS, text);
    cr_assert_str_eq(text, "nightly:20261128T030000Z:3");
}
