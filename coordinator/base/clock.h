/* clock.h - the only code that reads a clock.
 *
 * Coordinator time is milliseconds since 1970 by the wall clock at start, carried on by the
 * monotonic clock: it never jumps back and never forward with an adjustment, and timers stored
 * before a restart still mean something after it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t wall_ms;      /* wall clock when opened, at least `floor_ms` */
    int64_t monotonic_ms; /* monotonic clock at that moment */
};

/* floor_ms: the last time found in the store; coordinator time starts no earlier. */
void clock_open(struct clock *clock, int64_t floor_ms);
/* Coordinator time, ms since 1970. */
int64_t clock_now_ms(const struct clock *clock);
/* For measuring: monotonic, ns. */
int64_t clock_monotonic_ns(void);

/* "2026-11-24T04:52:30.123Z"; text is at least CLOCK_TEXT_SIZE bytes. */
enum { CLOCK_TEXT_SIZE = 32 };
void clock_format(int64_t at_ms, char *text);

#endif
