/* when.c - times as people say them: RFC 3339, or so long from now. */
#include "base/clock.h"
#include "base/times.h"
#include "ctl/ctl.h"
#include "language/definition.h"
#include "calendar/duration.h"

static int64_t wall_ms(void)
{
    struct clock clock;
    clock_open(&clock, 0);
    return clock_now_ms(&clock);
}

bool when_read(const char *option, const char *text, enum when_side side, char when[TIME_TEXT_SIZE])
{
    int64_t ms;
    if (duration_parse(span_text(text), &ms)) {
        ms = wall_ms() + (side == WHEN_AHEAD ? ms : -ms);
    } else if (!time_parse(span_text(text), &ms)) {
        fprintf(stderr,
                "sagactl: --%s: an RFC 3339 time such as 2026-11-24T04:52:30Z, or a duration %s "
                "such as 90m\n",
                option, side == WHEN_AHEAD ? "from now" : "ago");
        return false;
    }
    time_text(ms > 0 ? ms : 0, when);
    return true;
}
