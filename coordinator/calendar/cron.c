/* cron.c - schedules: five sets of numbers, and a walk along the calendar.
 *
 * A tick is looked for on the clock on the wall first (a date and a minute that are in the sets),
 * then turned into a moment: the first at which that clock shows this time or a later one. That one
 * rule says what happens where clocks are put forward and back. */
#include "calendar/cron.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/times.h"
#include "calendar/zone.h"

enum {
    FIELDS = 5,
    DAY_S = 86400,
    YEAR_LAST = 9999,
    YEARS_MAX = 60, /* 29 February on a given weekday may be 40 years away, over 2100 */
    PERIODS_MAX = 4096,
    NAME_SIZE = 3,
};

/* What a field may hold. */
struct field {
    const char *name;
    uint32_t min;
    uint32_t max;
    const char *names; /* three letters each, from number `min` (weekdays: from 0) on; or NULL */
};

static const struct field fields[FIELDS] = {
    {"minute", 0, 59, NULL},
    {"hour", 0, 23, NULL},
    {"day of the month", 1, 31, NULL},
    {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    {"weekday", 0, 7, "SUNMONTUEWEDTHUFRISAT"},
};

struct reader {
    const char *at;
    const char *end;
    const struct field *field;
    char *why;
    size_t why_size;
};

static bool refuse(struct reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
static bool refuse(struct reader *reader, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = snprintf(reader->why, reader->why_size, "%s: ", reader->field->name);
    if (size > 0 && (size_t)size < reader->why_size) {
        vsnprintf(reader->why + size, reader->why_size - (size_t)size, format, args);
    }
    va_end(args);
    return false;
}

static bool take(struct reader *reader, char c)
{
    bool there = reader->at < reader->end && *reader->at == c;
    reader->at += there ? 1 : 0;
    return there;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool read_name(struct reader *reader, uint32_t *value)
{
    const char *names = reader->field->names;
    size_t left = (size_t)(reader->end - reader->at);
    for (uint32_t i = 0; names && left >= NAME_SIZE && names[(size_t)i * NAME_SIZE]; i++) {
        const char *name = &names[(size_t)i * NAME_SIZE];
        if (upper(reader->at[0]) == name[0] && upper(reader->at[1]) == name[1] &&
            upper(reader->at[2]) == name[2]) {
            *value = reader->field->min + i;
            reader->at += NAME_SIZE;
            return true;
        }
    }
    return false;
}

/* At most four digits: more is out of every range. */
static bool read_number(struct reader *reader, uint32_t *value)
{
    const char *start = reader->at;
    *value = 0;
    while (reader->at < reader->end && is_digit(*reader->at) && reader->at - start < 4) {
        *value = *value * 10 + (uint32_t)(*reader->at++ - '0');
    }
    return reader->at > start;
}

static bool read_value(struct reader *reader, uint32_t *value)
{
    const struct field *field = reader->field;
    if (read_name(reader, value)) {
        return true;
    }
    if (!read_number(reader, value)) {
        int left = (int)(reader->end - reader->at);
        return refuse(reader, "expected a number%s at '%.*s'", field->names ? " or a name" : "",
                      left > 20 ? 20 : left, reader->at);
    }
    if (*value < field->min || *value > field->max) {
        return refuse(reader, "%u is not from %u to %u", *value, field->min, field->max);
    }
    return true;
}

/* One item of a list: `*`, a value or a range, with its step. */
static bool read_item(struct reader *reader, uint64_t *set)
{
    const struct field *field = reader->field;
    uint32_t first = field->min;
    uint32_t last = field->max;
    uint32_t step = 1;
    bool star = take(reader, '*');
    if (!star && !read_value(reader, &first)) {
        return false;
    }
    bool range = !star && take(reader, '-');
    if (range && !read_value(reader, &last)) {
        return false;
    }
    if (range && last < first) {
        return refuse(reader, "the range %u-%u is empty", first, last);
    }
    bool stepped = take(reader, '/');
    if (stepped && (!read_number(reader, &step) || step == 0 || step > field->max)) {
        return refuse(reader, "a step is a number from 1 to %u", field->max);
    }
    if (!star && !range && !stepped) {
        last = first;
    }
    /* Saturday is the last day of a week that is counted through. */
    if (field->max == 7 && !range && (star || stepped)) {
        last = first == 7 ? 7 : 6;
    }
    for (uint32_t value = first; value <= last; value += step) {
        *set |= UINT64_C(1) << (field->max == 7 ? value % 7 : value);
    }
    return true;
}

/* Reads one field up to the blank after it. */
static bool read_field(struct reader *reader, uint64_t *set, bool *any)
{
    *any = reader->at < reader->end && *reader->at == '*';
    do {
        if (!read_item(reader, set)) {
            return false;
        }
    } while (take(reader, ','));
    if (reader->at < reader->end && *reader->at != ' ' && *reader->at != '\t') {
        return refuse(reader, "'%c' is not expected here", *reader->at);
    }
    return true;
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t')) {
        reader->at++;
    }
}

/* Is there a day in some month that both sets name? 29 February is one. */
static bool has_a_day(const struct cron *cron)
{
    for (int month = 1; month <= 12; month++) {
        int length = time_days_of_month(2000, month);
        uint32_t days = (uint32_t)((UINT64_C(2) << length) - 2);
        if ((cron->months >> month & 1) && (cron->days & days)) {
            return true;
        }
    }
    return false;
}

static bool is_text(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] > '~') {
            return false;
        }
    }
    return text.size <= CRON_SIZE;
}

bool cron_parse(struct span text, struct cron *cron, char *why, size_t why_size)
{
    PRE(cron != NULL);
    PRE(why_size > 0);
    uint64_t sets[FIELDS] = {0};
    bool any[FIELDS] = {false};
    const char *start = text.size ? (const char *)text.data : "";
    struct reader reader = {
        .at = start, .end = start + text.size, .why = why, .why_size = why_size};
    if (!is_text(text)) {
        snprintf(why, why_size, "is no text of at most %d plain characters", CRON_SIZE);
        return false;
    }
    for (int i = 0; i < FIELDS; i++) {
        reader.field = &fields[i];
        skip_blanks(&reader);
        if (reader.at == reader.end) {
            snprintf(why, why_size,
                     "has %d fields, not the five: minute, hour, day of the month, month, weekday",
                     i);
            return false;
        }
        if (!read_field(&reader, &sets[i], &any[i])) {
            return false;
        }
    }
    skip_blanks(&reader);
    if (reader.at != reader.end) {
        snprintf(why, why_size,
                 "has more than the five fields minute, hour, day of the month, month, weekday");
        return false;
    }
    *cron = (struct cron){.minutes = sets[0],
                          .hours = (uint32_t)sets[1],
                          .days = (uint32_t)sets[2],
                          .months = (uint32_t)sets[3],
                          .weekdays = (uint32_t)sets[4],
                          .any_hour = any[1],
                          .any_day = any[2],
                          .any_weekday = any[4]};
    bool either = !cron->any_day && !cron->any_weekday;
    if (!either && !has_a_day(cron)) {
        snprintf(why, why_size, "is never due: none of the months has such a day");
        return false;
    }
    POST(cron->minutes != 0 && cron->hours != 0 && cron->months != 0 && cron->weekdays != 0);
    return true;
}

/* --- the clock on the wall -------------------------------------------------------------------- */

static bool has_date(const struct cron *cron, struct date date, int64_t days)
{
    bool day = cron->days >> date.day & 1;
    bool weekday = cron->weekdays >> time_weekday(days) & 1;
    bool both = cron->any_day || cron->any_weekday;
    return (cron->months >> date.month & 1) && (both ? day && weekday : day || weekday);
}

/* The first minute of a day, not before `from`, that is in the sets; -1: none. */
static int minute_from(const struct cron *cron, int from)
{
    for (int hour = from / 60; hour < 24; hour++) {
        if (!(cron->hours >> hour & 1)) {
            continue;
        }
        for (int minute = hour == from / 60 ? from % 60 : 0; minute < 60; minute++) {
            if (cron->minutes >> minute & 1) {
                return hour * 60 + minute;
            }
        }
    }
    return -1;
}

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

/* The first time in the sets that is later on the wall's clock; INT64_MAX: none. */
static int64_t wall_next(const struct cron *cron, int64_t after_s)
{
    int64_t from_s = floor_to(after_s, 60) + 60;
    int64_t days = floor_to(from_s, DAY_S) / DAY_S;
    int minute = (int)((from_s - days * DAY_S) / 60);
    struct date date = time_date(days);
    int year_last = date.year + YEARS_MAX;
    while (date.year <= year_last && date.year <= YEAR_LAST) {
        if (!(cron->months >> date.month & 1)) {
            days += time_days_of_month(date.year, date.month) - date.day + 1;
            minute = 0;
            date = time_date(days);
            continue;
        }
        int found = has_date(cron, date, days) ? minute_from(cron, minute) : -1;
        if (found >= 0) {
            return days * DAY_S + (int64_t)found * 60;
        }
        days++;
        minute = 0;
        date = time_date(days);
    }
    return INT64_MAX;
}

/* --- moments ---------------------------------------------------------------------------------- */

/* Counted by what passes: the zone only says what the clock shows. */
static int64_t next_passing(const struct cron *cron, const struct zone *zone, int64_t after_s)
{
    struct zone_period period = zone_at(zone, after_s);
    for (uint32_t i = 0; i < PERIODS_MAX; i++) {
        int64_t wall_s = wall_next(cron, after_s + period.offset_s);
        if (wall_s == INT64_MAX || wall_s - period.offset_s < period.until_s) {
            return wall_s == INT64_MAX ? wall_s : wall_s - period.offset_s;
        }
        after_s = period.until_s - 1;
        period = zone_at(zone, period.until_s);
    }
    return INT64_MAX;
}

/* The first moment after `after_s` at which the clock shows `wall_s` or a later time. */
static int64_t moment_of(const struct zone *zone, int64_t wall_s, int64_t after_s)
{
    struct zone_period period = zone_at(zone, after_s);
    PRE(after_s + period.offset_s < wall_s);
    for (uint32_t i = 0; i < PERIODS_MAX; i++) {
        int64_t first_s = period.from_s > after_s ? period.from_s : after_s + 1;
        int64_t at_s = wall_s - period.offset_s;
        if (at_s < period.until_s) {
            return at_s > first_s ? at_s : first_s;
        }
        period = zone_at(zone, period.until_s);
    }
    return INT64_MAX;
}

/* The latest time that the clock has shown up to a moment; after it was put back, that is later
 * than what it shows. */
static int64_t wall_reached(const struct zone *zone, int64_t at_s)
{
    struct zone_period now = zone_at(zone, at_s);
    int64_t reached_s = at_s + now.offset_s;
    /* No two moments whose clocks show the same lie further apart than a day. */
    for (uint32_t i = 0; i < 16 && now.from_s > at_s - 2 * DAY_S; i++) {
        int64_t before_s = now.from_s - 1;
        now = zone_at(zone, before_s);
        reached_s = before_s + now.offset_s > reached_s ? before_s + now.offset_s : reached_s;
    }
    return reached_s;
}

int64_t cron_next(const struct cron *cron, const struct zone *zone, int64_t after_s)
{
    PRE(cron->minutes != 0 && cron->hours != 0);
    if (cron->any_hour) {
        return next_passing(cron, zone, after_s);
    }
    int64_t wall_s = wall_next(cron, wall_reached(zone, after_s));
    return wall_s == INT64_MAX ? INT64_MAX : moment_of(zone, wall_s, after_s);
}
