/* test_calendar_cron.c - schedules: what is understood, what is refused, and when they are due.
 *
 * Many zones and years are compared with a second implementation by tests/e2e/test_cron; here stand
 * the cases by name. Seen to fail with: the gap's rule left out; wall_reached() left out; the OR of
 * day and weekday as AND; 29 February taken as never. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/times.h"
#include "base/zoneinfo.h"
#include "calendar/cron.h"
#include "base/arena.h"
#include "calendar/zone.h"

static int64_t at(const char *text)
{
    int64_t ms = 0;
    cr_assert(time_parse(span_text(text), &ms), "%s", text);
    return ms / 1000;
}

static void show(int64_t at_s, char *text, size_t size)
{
    int64_t days = at_s / 86400;
    int64_t rest = at_s % 86400;
    struct date date = time_date(days);
    snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month, date.day,
             (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

static const struct zone *zone_of(const char *name, struct arena *arena)
{
    static uint8_t bytes[ZONEINFO_BYTES];
    size_t size = 0;
    const struct zone *zone = NULL;
    const char *why = "";
    cr_assert_eq(zoneinfo_read(span_text(name), bytes, &size), SAGA_OK, "%s", name);
    cr_assert_eq(zone_read(span_of(bytes, size), arena, &zone, &why), SAGA_OK, "%s", why);
    return zone;
}

/* The ticks after a moment, until the texts end. */
static void check(const char *zone_name, const char *expression, const char *after,
                  const char *const ticks[])
{
    struct arena arena;
    struct cron cron;
    char why[200] = "";
    arena_open(&arena, &arena_heap, 1 << 20);
    const struct zone *zone = zone_name ? zone_of(zone_name, &arena) : NULL;
    cr_assert(cron_parse(span_text(expression), &cron, why, sizeof(why)), "%s: %s", expression,
              why);
    int64_t at_s = at(after);
    for (size_t i = 0; ticks[i]; i++) {
        char text[64];
        at_s = cron_next(&cron, zone, at_s);
        show(at_s, text, sizeof(text));
        cr_assert_str_eq(text, ticks[i], "%s in %s, tick %zu", expression,
                         zone_name ? zone_name : "UTC", i);
    }
    arena_close(&arena);
}

#define TICKS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(cron, goes_on_by_the_calendar)
{
    check(NULL, "0 3 * * *", "2026-11-28T03:00:00Z",
          TICKS("2026-11-29T03:00:00Z", "2026-11-30T03:00:00Z", "2026-12-01T03:00:00Z"));
    check(NULL, "0 3 * * *", "2026-11-28T02:59:59Z", TICKS("2026-11-28T03:00:00Z"));
    check(NULL, "*/25 * * * *", "2026-11-28T03:00:00Z",
          TICKS("2026-11-28T03:25:00Z", "2026-11-28T03:50:00Z", "2026-11-28T04:00:00Z"));
    check(NULL, "59 23 31 dec *", "2026-12-31T23:59:00Z", TICKS("2027-12-31T23:59:00Z"));
    check(NULL, "0 0 31 * *", "2026-01-31T00:00:00Z",
          TICKS("2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"));
    check(NULL, "0 0 29 FEB *", "2096-02-29T00:00:00Z", TICKS("2104-02-29T00:00:00Z"));
    check(NULL, "0 0 29 2 */7", "2088-02-29T00:00:01Z", TICKS("2128-02-29T00:00:00Z"));
    check(NULL, "0 12 * * MON-FRI", "2026-11-27T12:00:00Z",
          TICKS("2026-11-30T12:00:00Z", "2026-12-01T12:00:00Z"));
    check(NULL, "0 12 * * 5-7", "2026-11-27T12:00:00Z",
          TICKS("2026-11-28T12:00:00Z", "2026-11-29T12:00:00Z", "2026-12-04T12:00:00Z"));
    check(NULL, "  5/20\t0 1 1 *  ", "2026-11-28T00:00:00Z",
          TICKS("2027-01-01T00:05:00Z", "2027-01-01T00:25:00Z", "2027-01-01T00:45:00Z"));
}

Test(cron, takes_day_or_weekday_when_both_are_restricted)
{
    check(NULL, "0 0 13 * FRI", "2026-11-01T00:00:00Z",
          TICKS("2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z",
                "2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z", "2026-12-11T00:00:00Z",
                "2026-12-13T00:00:00Z"));
    check(NULL, "0 0 */2 * MON", "2026-11-01T00:00:00Z",
          TICKS("2026-11-09T00:00:00Z", "2026-11-23T00:00:00Z"));
    check(NULL, "0 0 31 2 SUN", "2026-02-01T00:00:00Z", TICKS("2026-02-08T00:00:00Z"));
}

Test(cron, makes_up_once_for_what_the_clock_leaves_out)
{
    /* Paris: 2026-03-29 02:00 becomes 03:00 at 01:00Z. */
    check("Europe/Paris", "30 2 * * *", "2026-03-28T00:00:00Z",
          TICKS("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"));
    check("Europe/Paris", "*/10 2 * * *", "2026-03-29T00:59:59Z",
          TICKS("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z", "2026-03-30T00:10:00Z"));
    check("Europe/Paris", "0,30 2-3 * * *", "2026-03-28T23:00:00Z",
          TICKS("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"));
    /* Apia had no 30 December 2011 at all. */
    check("Pacific/Apia", "0 12 30 12 *", "2011-12-01T00:00:00Z",
          TICKS("2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z"));
}

Test(cron, is_due_the_first_time_that_the_clock_shows)
{
    /* Paris: 2026-10-25 03:00 becomes 02:00 at 01:00Z. */
    check("Europe/Paris", "30 2 * * *", "2026-10-24T12:00:00Z",
          TICKS("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"));
    check("Europe/Paris", "30 2 * * *", "2026-10-25T01:15:00Z", TICKS("2026-10-26T01:30:00Z"));
    check("Europe/Paris", "0,45 2-3 * * *", "2026-10-25T00:10:00Z",
          TICKS("2026-10-25T00:45:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:45:00Z"));
    /* Lord Howe changes by half an hour: 2026-04-05 02:00 becomes 01:30 at 15:00Z. */
    check("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00:00Z",
          TICKS("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"));
}

Test(cron, passes_as_time_does_when_any_hour_will_do)
{
    check("Europe/Paris", "30 * * * *", "2026-10-24T23:30:00Z",
          TICKS("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"));
    check("Europe/Paris", "30 * * * *", "2026-03-29T00:00:00Z",
          TICKS("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"));
    check("Europe/Paris", "0 */2 * * *", "2026-03-29T00:00:00Z",
          TICKS("2026-03-29T02:00:00Z", "2026-03-29T04:00:00Z"));
}

Test(cron, follows_the_rule_beyond_the_table)
{
    check("America/New_York", "0 9 15 1,7 *", "2071-01-01T00:00:00Z",
          TICKS("2071-01-15T14:00:00Z", "2071-07-15T13:00:00Z"));
    check("Europe/Dublin", "0 9 15 1,7 *", "2071-01-01T00:00:00Z",
          TICKS("2071-01-15T09:00:00Z", "2071-07-15T08:00:00Z"));
    check("Africa/Casablanca", "0 9 1 12 *", "2200-01-01T00:00:00Z", TICKS("2200-12-01T08:00:00Z"));
}

Test(cron, ends_with_the_calendar)
{
    struct cron cron;
    char why[200];
    cr_assert(cron_parse(span_text("0 0 1 1 *"), &cron, why, sizeof(why)));
    cr_assert_eq(cron_next(&cron, NULL, at("9999-06-01T00:00:00Z")), INT64_MAX);
}

static const struct {
    const char *text;
    const char *why;
} refused[] = {
    {"", "has 0 fields, not the five: minute, hour, day of the month, month, weekday"},
    {"   ", "has 0 fields, not the five: minute, hour, day of the month, month, weekday"},
    {"0 3 * *", "has 4 fields, not the five: minute, hour, day of the month, month, weekday"},
    {"0 3 * * * *", "has more than the five fields minute, hour, day of the month, month, weekday"},
    {"60 * * * *", "minute: 60 is not from 0 to 59"},
    {"* 24 * * *", "hour: 24 is not from 0 to 23"},
    {"* * 0 * *", "day of the month: 0 is not from 1 to 31"},
    {"* * 32 * *", "day of the month: 32 is not from 1 to 31"},
    {"* * * 13 *", "month: 13 is not from 1 to 12"},
    {"* * * * 8", "weekday: 8 is not from 0 to 7"},
    {"99999999999999999999 * * * *", "minute: 9999 is not from 0 to 59"},
    {"a * * * *", "minute: expected a number at 'a * * * *'"},
    {"* * * FOO *", "month: expected a number or a name at 'FOO *'"},
    {"* * * SUN *", "month: expected a number or a name at 'SUN *'"},
    {"* * * JANU *", "month: 'U' is not expected here"},
    {"-1 * * * *", "minute: expected a number at '-1 * * * *'"},
    {"1- * * * *", "minute: expected a number at ' * * * *'"},
    {"5-1 * * * *", "minute: the range 5-1 is empty"},
    {"* * * * FRI-MON", "weekday: the range 5-1 is empty"},
    {"*/0 * * * *", "minute: a step is a number from 1 to 59"},
    {"*/60 * * * *", "minute: a step is a number from 1 to 59"},
    {"*/ * * * *", "minute: a step is a number from 1 to 59"},
    {"*5 * * * *", "minute: '5' is not expected here"},
    {"1, * * * *", "minute: expected a number at ' * * * *'"},
    {"1,,2 * * * *", "minute: expected a number at ',2 * * * *'"},
    {"1.5 * * * *", "minute: '.' is not expected here"},
    {"@daily", "minute: expected a number at '@daily'"},
    {"* * L * *", "day of the month: expected a number at 'L * *'"},
    {"0 0 31 2 *", "is never due: none of the months has such a day"},
    {"0 0 30-31 FEB *", "is never due: none of the months has such a day"},
    {"0 0 31 4,6,9,11 *", "is never due: none of the months has such a day"},
    {"0 3 * * *\n", "is no text of at most 256 plain characters"},
};

Test(cron, refuses_and_says_why)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        struct cron cron;
        char why[200] = "";
        cr_assert_not(cron_parse(span_text(refused[i].text), &cron, why, sizeof(why)), "'%s'",
                      refused[i].text);
        cr_assert_str_eq(why, refused[i].why, "'%s'", refused[i].text);
    }
}

Test(cron, refuses_what_is_too_long)
{
    static char text[400];
    struct cron cron;
    char why[200] = "";
    memset(text, ' ', sizeof(text));
    memcpy(text, "0 3 * * *", 9);
    cr_assert_not(
        cron_parse(span_of((const uint8_t *)text, CRON_SIZE + 1), &cron, why, sizeof(why)));
    cr_assert(cron_parse(span_of((const uint8_t *)text, CRON_SIZE), &cron, why, sizeof(why)));
}

Test(zone, keeps_to_its_folder)
{
    static uint8_t bytes[ZONEINFO_BYTES];
    size_t size = 0;
    const char *const names[] = {"",
                                 "/etc/passwd",
                                 "../../../etc/passwd",
                                 "Europe/../../zoneinfo/UTC",
                                 "Europe//Paris",
                                 "Europe/",
                                 "Europe",
                                 "Mars/Olympus",
                                 ".hidden",
                                 "zone.tab",
                                 "Europe/Paris\n",
                                 "-1"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        cr_assert_eq(zoneinfo_read(span_text(names[i]), bytes, &size), SAGA_NOT_FOUND, "%s",
                     names[i]);
    }
    cr_assert_eq(zoneinfo_read(span_of((const uint8_t *)"UTC\0x", 5), bytes, &size),
                 SAGA_NOT_FOUND);
    cr_assert_eq(zoneinfo_read(span_text("Etc/GMT+5"), bytes, &size), SAGA_OK);
}

Test(zone, refuses_bytes_that_make_no_sense)
{
    static uint8_t bytes[ZONEINFO_BYTES];
    size_t size = 0;
    const struct zone *zone = NULL;
    const char *why = "";
    struct arena arena;
    cr_assert_eq(zoneinfo_read(span_text("Europe/Paris"), bytes, &size), SAGA_OK);
    arena_open(&arena, &arena_heap, 1 << 24);
    /* Cut anywhere: refused, and never read beyond its end. */
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *part = malloc(cut + 1);
        memcpy(part, bytes, cut);
        cr_assert_eq(zone_read(span_of(part, cut), &arena, &zone, &why), SAGA_INVALID, "%zu", cut);
        free(part);
    }
    bytes[31] = 1; /* leap seconds in the first block shift all that follows */
    cr_assert_eq(zone_read(span_of(bytes, size), &arena, &zone, &why), SAGA_INVALID);
    arena_close(&arena);
}

Test(zone, reads_rules)
{
    const char *const good[] = {"CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3",
                                "IST-1GMT0,M10.5.0,M3.5.0/1", "EST5EDT,0/0,J365/25",
                                "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"};
    const char *const bad[] = {"",
                               "C1",
                               "CET",
                               "CET-1CEST",
                               "CET-25",
                               "CET-1CEST,",
                               "CET-1CEST,M13.1.0,M10.5.0",
                               "<CET-1",
                               "CET-1x",
                               "CET-1CEST,M3.0.0,M10.5.0",
                               "CET-1:60",
                               "CET-1CEST,M3.5.0/168,M10.5.0",
                               "CET-1CEST,J0,J5",
                               "CET-1CEST,M3.5.0,M10.5.0/3,"};
    struct zone_rule rule;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        cr_assert(zone_rule_parse(span_text(good[i]), &rule), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        cr_assert_not(zone_rule_parse(span_text(bad[i]), &rule), "%s", bad[i]);
    }
    /* Always summer, from the turn of the year on. */
    cr_assert(zone_rule_parse(span_text("EST5EDT,0/0,J365/25"), &rule));
    cr_assert_eq(zone_rule_at(&rule, at("2030-01-01T12:00:00Z")).offset_s, -4 * 3600);
    cr_assert_eq(zone_rule_at(&rule, at("2030-07-01T12:00:00Z")).offset_s, -4 * 3600);
    cr_assert_eq(zone_rule_at(&rule, at("2030-12-31T23:59:00Z")).offset_s, -4 * 3600);
}

Test(times, counts_days_there_and_back)
{
    int64_t days = time_days((struct date){-400, 1, 1});
    for (int i = 0; i < 3 * 146097; i++, days++) {
        struct date date = time_date(days);
        cr_assert_eq(time_days(date), days);
        cr_assert(date.day >= 1 && date.day <= time_days_of_month(date.year, date.month));
    }
    cr_assert_eq(time_weekday(time_days((struct date){2026, 11, 28})), 6);
    cr_assert_eq(time_weekday(time_days((struct date){1969, 12, 28})), 0);
}
