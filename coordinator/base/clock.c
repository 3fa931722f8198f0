/* clock.c - the two clocks of POSIX, read. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/check.h"

static int64_t read_ns(clockid_t id)
{
    struct timespec now;
    int rc = clock_gettime(id, &now);
    CHECK(rc == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void clock_open(struct clock *clock, int64_t floor_ms)
{
    int64_t wall_ms = read_ns(CLOCK_REALTIME) / 1000000;
    clock->wall_ms = wall_ms < floor_ms ? floor_ms : wall_ms;
    clock->monotonic_ms = clock_monotonic_ns() / 1000000;
}

int64_t clock_now_ms(const struct clock *clock)
{
    int64_t passed_ms = clock_monotonic_ns() / 1000000 - clock->monotonic_ms;
    CHECK(passed_ms >= 0);
    return clock->wall_ms + passed_ms;
}

int64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

void clock_format(int64_t at_ms, char *text)
{
    int64_t ms = at_ms % 1000;
    time_t seconds = (time_t)(at_ms / 1000);
    /* Before 1970 the remainder is negative, and the second is the one below. */
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    struct tm tm;
    struct tm *found = gmtime_r(&seconds, &tm);
    CHECK(found != NULL);
    size_t size = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    CHECK(size > 0);
    snprintf(text + size, CLOCK_TEXT_SIZE - size, ".%03uZ", (unsigned)ms % 1000u);
}
