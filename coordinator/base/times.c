/* times.c - dates by the days of the proleptic Gregorian calendar. */
#include "base/times.h"

static bool digits(struct span text, size_t at, size_t count, int *value)
{
    *value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= text.size || text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *value = *value * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool is_at(struct span text, size_t at, char c)
{
    return at < text.size && text.data[at] == (uint8_t)c;
}

enum {
    DAYS_OF_ERA = 146097, /* 400 years */
    DAYS_TO_1970 = 719468 /* from 0000-03-01 */
};

/* Rounded down. */
static int64_t divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

/* Years are counted from March, so that leap days come last. */
int64_t time_days(struct date date)
{
    int64_t y = date.month <= 2 ? date.year - 1 : date.year;
    int64_t m = date.month <= 2 ? date.month + 9 : date.month - 3;
    int64_t leaps = divide(y, 4) - divide(y, 100) + divide(y, 400);
    return 365 * y + leaps + (153 * m + 2) / 5 + (date.day - 1) - DAYS_TO_1970;
}

struct date time_date(int64_t days)
{
    int64_t since = days + DAYS_TO_1970;
    int64_t era = divide(since, DAYS_OF_ERA);
    int64_t day = since - era * DAYS_OF_ERA;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += 400 * era + (month >= 10 ? 1 : 0);
    return (struct date){
        .year = (int)year, .month = (int)(month < 10 ? month + 3 : month - 9), .day = (int)day + 1};
}

int time_days_of_month(int year, int month)
{
    struct date first = {year, month, 1};
    struct date next = {month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1};
    return (int)(time_days(next) - time_days(first));
}

int time_weekday(int64_t days)
{
    int64_t weekday = (days + 4) % 7;
    return (int)(weekday < 0 ? weekday + 7 : weekday);
}

static bool read_zone(struct span text, size_t at, int64_t *offset_ms)
{
    int hours;
    int minutes;
    if (is_at(text, at, 'Z') || is_at(text, at, 'z')) {
        *offset_ms = 0;
        return at + 1 == text.size;
    }
    bool plus = is_at(text, at, '+');
    if ((!plus && !is_at(text, at, '-')) || !digits(text, at + 1, 2, &hours) ||
        !is_at(text, at + 3, ':') || !digits(text, at + 4, 2, &minutes) || at + 6 != text.size) {
        return false;
    }
    *offset_ms = (plus ? 1 : -1) * ((int64_t)hours * 60 + minutes) * 60000;
    return hours < 24 && minutes < 60;
}

bool time_parse(struct span text, int64_t *at_ms)
{
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    bool form = digits(text, 0, 4, &year) && is_at(text, 4, '-') && digits(text, 5, 2, &month) &&
                is_at(text, 7, '-') && digits(text, 8, 2, &day) &&
                (is_at(text, 10, 'T') || is_at(text, 10, 't') || is_at(text, 10, ' ')) &&
                digits(text, 11, 2, &hour) && is_at(text, 13, ':') &&
                digits(text, 14, 2, &minute) && is_at(text, 16, ':') &&
                digits(text, 17, 2, &second);
    if (!form || month < 1 || month > 12 || day < 1 || day > time_days_of_month(year, month) ||
        hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    size_t at = 19;
    int64_t fraction_ms = 0;
    if (is_at(text, at, '.')) {
        int64_t unit = 100;
        size_t start = ++at;
        for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
            fraction_ms += (text.data[at] - '0') * unit;
            unit /= 10;
        }
        if (at == start) {
            return false;
        }
    }
    int64_t offset_ms;
    if (!read_zone(text, at, &offset_ms)) {
        return false;
    }
    struct date date = {year, month, day};
    int64_t seconds = (time_days(date) * 24 + hour) * 3600 + minute * 60 + second;
    *at_ms = seconds * 1000 + fraction_ms - offset_ms;
    return true;
}
