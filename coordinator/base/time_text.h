/* time_text.h - a time as RFC 3339 text, without asking the system. */
#ifndef BASE_TIME_TEXT_H
#define BASE_TIME_TEXT_H

#include <stdint.h>

enum { TIME_TEXT_SIZE = 32 };

/* "2026-11-24T04:52:30.123Z"; for ms since 1970 of the years 1970 to 9999, others are cut to those.
 */
void time_text(int64_t at_ms, char text[TIME_TEXT_SIZE]);

#endif
