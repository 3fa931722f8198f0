/* zone_rule.c - the rule for all years that a zone's table does not hold (POSIX's TZ).
 *
 *   std offset [ dst [offset] , start [/time] , end [/time] ]
 *
 * Names are letters, or anything between < and >. An offset is what to add to the clock to get UTC,
 * so east is negative; a time may be from -167 to 167 hours (RFC 8536, 3.3.1). A day is Jn (1..365,
 * 29 February is never counted), n (0..365, it is), or Mm.w.d (weekday d of week w, 5 = the last).
 */
#include <string.h>

#include "base/times.h"
#include "calendar/zone.h"

enum { DAY_S = 86400, HOUR_S = 3600, YEARS_AROUND = 3, TIME_DEFAULT_S = 2 * HOUR_S };

struct text {
    const uint8_t *at;
    const uint8_t *end;
};

static bool take(struct text *text, char c)
{
    bool there = text->at < text->end && *text->at == (uint8_t)c;
    text->at += there ? 1 : 0;
    return there;
}

static bool take_number(struct text *text, int32_t max, int32_t *value)
{
    const uint8_t *start = text->at;
    *value = 0;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9' && text->at - start < 4) {
        *value = *value * 10 + (*text->at++ - '0');
    }
    return text->at > start && *value <= max;
}

static bool take_name(struct text *text)
{
    const uint8_t *start = text->at;
    if (take(text, '<')) {
        while (text->at < text->end && *text->at != '>') {
            text->at++;
        }
        return take(text, '>');
    }
    while (text->at < text->end &&
           ((*text->at >= 'A' && *text->at <= 'Z') || (*text->at >= 'a' && *text->at <= 'z'))) {
        text->at++;
    }
    return text->at - start >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct text *text, int32_t hours_max, int32_t *seconds)
{
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t rest = 0;
    bool minus = take(text, '-');
    if (!minus) {
        (void)take(text, '+');
    }
    if (!take_number(text, hours_max, &hours)) {
        return false;
    }
    if (take(text, ':') && !take_number(text, 59, &minutes)) {
        return false;
    }
    if (take(text, ':') && !take_number(text, 59, &rest)) {
        return false;
    }
    int32_t whole = hours * HOUR_S + minutes * 60 + rest;
    *seconds = minus ? -whole : whole;
    return true;
}

static bool take_day(struct text *text, struct zone_day *day)
{
    *day = (struct zone_day){.form = ZONE_DAY_COUNT, .time_s = TIME_DEFAULT_S};
    bool ok;
    if (take(text, 'M')) {
        day->form = ZONE_DAY_WEEK;
        ok = take_number(text, 12, &day->month) && day->month > 0 && take(text, '.') &&
             take_number(text, 5, &day->week) && day->week > 0 && take(text, '.') &&
             take_number(text, 6, &day->day);
    } else if (take(text, 'J')) {
        day->form = ZONE_DAY_JULIAN;
        ok = take_number(text, 365, &day->day) && day->day > 0;
    } else {
        ok = take_number(text, 365, &day->day);
    }
    return ok && (!take(text, '/') || take_time(text, 167, &day->time_s));
}

bool zone_rule_parse(struct span bytes, struct zone_rule *rule)
{
    struct text text = {bytes.data, bytes.data + bytes.size};
    int32_t west_s = 0;
    *rule = (struct zone_rule){.is_there = true};
    if (!take_name(&text) || !take_time(&text, 24, &west_s)) {
        return false;
    }
    rule->offset_s = -west_s;
    if (text.at == text.end) {
        return true;
    }
    rule->has_summer = true;
    west_s -= HOUR_S;
    if (!take_name(&text)) {
        return false;
    }
    if (text.at < text.end && *text.at != ',' && !take_time(&text, 24, &west_s)) {
        return false;
    }
    rule->summer_offset_s = -west_s;
    return take(&text, ',') && take_day(&text, &rule->summer) && take(&text, ',') &&
           take_day(&text, &rule->winter) && text.at == text.end;
}

/* When the clocks change in a year, by `day`; `offset_s` is what they showed until then. */
static int64_t change_of(const struct zone_day *day, int year, int32_t offset_s)
{
    int64_t first = time_days((struct date){year, 1, 1});
    int64_t days = first + day->day;
    if (day->form == ZONE_DAY_JULIAN) {
        bool leap = time_days_of_month(year, 2) == 29;
        days -= leap && day->day >= 60 ? 0 : 1;
    }
    if (day->form == ZONE_DAY_WEEK) {
        int64_t month = time_days((struct date){year, day->month, 1});
        int to_first = (day->day - time_weekday(month) + 7) % 7;
        int in_month = to_first + (day->week - 1) * 7;
        in_month -= in_month >= time_days_of_month(year, day->month) ? 7 : 0;
        days = month + in_month;
    }
    return days * DAY_S + day->time_s - offset_s;
}

/* The changes of the years around the moment: when, and the offset from then on. */
struct change {
    int64_t at_s;
    int32_t offset_s;
};

static void sort(struct change *changes, int count)
{
    for (int i = 1; i < count; i++) {
        struct change moved = changes[i];
        int at = i;
        for (; at > 0 && changes[at - 1].at_s > moved.at_s; at--) {
            changes[at] = changes[at - 1];
        }
        changes[at] = moved;
    }
}

struct zone_period zone_rule_at(const struct zone_rule *rule, int64_t at_s)
{
    struct zone_period period = {INT64_MIN, INT64_MAX, rule->offset_s};
    struct change changes[2 * YEARS_AROUND];
    if (!rule->has_summer) {
        return period;
    }
    int64_t days = at_s / DAY_S - (at_s % DAY_S < 0 ? 1 : 0);
    int year = time_date(days).year;
    for (int i = 0; i < YEARS_AROUND; i++) {
        /* Winter before summer: where it is always summer, both are at the turn of the year. */
        changes[2 * i] = (struct change){
            change_of(&rule->winter, year - 1 + i, rule->summer_offset_s), rule->offset_s};
        changes[2 * i + 1] = (struct change){change_of(&rule->summer, year - 1 + i, rule->offset_s),
                                             rule->summer_offset_s};
    }
    sort(changes, 2 * YEARS_AROUND);
    for (int i = 0; i < 2 * YEARS_AROUND; i++) {
        if (changes[i].at_s > at_s) {
            period.until_s = changes[i].at_s;
            break;
        }
        period.from_s = changes[i].at_s;
        period.offset_s = changes[i].offset_s;
    }
    return period;
}
