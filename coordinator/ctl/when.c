/* when.c - a time is told from a duration by its form: no duration has a date in it. */
#include "ctl/when.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/times.h"
#include "calendar/duration.h"

int64_t when_now_ms(void)
{
    return clock_wall_ms();
}

bool when_parse(const char *text, enum when_side side, int64_t *at_ms)
{
    int64_t ms;
    if (duration_parse(span_text(text), &ms)) {
        *at_ms = when_now_ms() + (side == WHEN_AHEAD ? ms : -ms);
        return true;
    }
    return time_parse(span_text(text), at_ms);
}

bool when_read(const char *option, const char *text, enum when_side side, char when[TIME_TEXT_SIZE])
{
    int64_t at_ms;
    if (!when_parse(text, side, &at_ms)) {
        fprintf(stderr,
                "sagactl: --%s: an RFC 3339 time such as 2026-11-24T04:52:30Z, or a duration %s "
                "such as 90m\n",
                option, side == WHEN_AHEAD ? "from now" : "ago");
        return false;
    }
    time_text(at_ms > 0 ? at_ms : 0, when);
    return true;
}
