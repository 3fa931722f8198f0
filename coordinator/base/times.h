/* times.h - RFC 3339 times from text, and the days of the calendar. */
#ifndef BASE_TIMES_H
#define BASE_TIMES_H

#include <stdbool.h>

#include "base/span.h"

/* "2026-11-24T04:52:30[.123](Z|+01:00)" to ms since 1970; false for anything else. */
bool time_parse(struct span text, int64_t *at_ms);

/* A day of the proleptic Gregorian calendar. */
struct date {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

/* Days from 1970-01-01, and back. Years -9999..9999. */
int64_t time_days(struct date date);
struct date time_date(int64_t days);
/* Of the month, in that year. */
int time_days_of_month(int year, int month);
/* 0 = Sunday. */
int time_weekday(int64_t days);

#endif
