/* cron.h - when a schedule of five fields is due next.
 *
 *     minute      0-59
 *     hour        0-23
 *     day         1-31 of the month
 *     month       1-12, or JAN-DEC
 *     weekday     0-7, or SUN-SAT; 0 and 7 are Sunday
 *
 * A field is `*` or a list of numbers, names and ranges (`1-5`), each with a step if wanted
 * (`1-30/5`, a star with `/5`, and `7/5` from 7 to the end). When both day and weekday are
 * restricted, either will do; when one of them begins with `*`, both must hold: the rule of every
 * cron.
 *
 * In a zone whose clocks are put forward and back (the rules of Vixie's cron):
 *   - a time that the clock leaves out is due at the first moment after the gap, once however many
 *     such times there are; a time that the clock shows twice is due the first time;
 *   - but when the hour begins with `*` the schedule means "so often", not "at this time": it goes
 *     on with the time that has really passed, so it is due in both of two equal hours, and what a
 *     gap leaves out is not made up for.
 *
 * Pure: knows neither sagas nor clocks. */
#ifndef CALENDAR_CRON_H
#define CALENDAR_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct zone;

enum { CRON_SIZE = 256 }; /* bytes of an expression: longer ones are refused */

struct cron {
    uint64_t minutes; /* bit n: minute n; so for the others */
    uint32_t hours;
    uint32_t days;     /* bits 1..31 */
    uint32_t months;   /* bits 1..12 */
    uint32_t weekdays; /* bits 0..6 */
    bool any_hour;     /* began with `*` */
    bool any_day;
    bool any_weekday;
};

/* Reads an expression. False: *why says what is wrong, for its author. */
bool cron_parse(struct span text, struct cron *cron, char *why, size_t why_size);

/* The first tick after a moment, in seconds since 1970; INT64_MAX: none before the year 9999.
 * `zone` NULL is UTC. */
int64_t cron_next(const struct cron *cron, const struct zone *zone, int64_t after_s);

#endif
