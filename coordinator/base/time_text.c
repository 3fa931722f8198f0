/* time_text.c - the days of the proleptic Gregorian calendar, back to dates. */
#include "base/time_text.h"

#include <stdio.h>

#define LAST_MS INT64_C(253402300799999) /* of the year 9999 */

void time_text(int64_t at_ms, char text[TIME_TEXT_SIZE])
{
    at_ms = at_ms < 0 ? 0 : at_ms > LAST_MS ? LAST_MS : at_ms;
    int64_t days = at_ms / 86400000;
    int rest = (int)(at_ms % 86400000);
    /* Years are counted from March, so that leap days come last: see times.c. */
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t of_era = shifted % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int day = (int)(of_year - (153 * month + 2) / 5) + 1;
    int year = (int)(year_of_era + era * 400) + (month >= 10 ? 1 : 0);
    int shown = (int)(month >= 10 ? month - 9 : month + 3);
    (void)snprintf(text, TIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
                   (unsigned)year % 10000, (unsigned)shown % 100, (unsigned)day % 100,
                   (unsigned)rest / 3600000, (unsigned)rest / 60000 % 60,
                   (unsigned)rest / 1000 % 60, (unsigned)rest % 1000);
}
