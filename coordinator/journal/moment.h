/* moment.h - the two clocks that the coordinator counts by, and times on both.
 *
 * Durations run on `running time`: milliseconds that count on while the host is suspended, never
 * jump, and go on over a restart (base/clock.h). Times of day follow the host's clock, wherever it
 * is set to. Both count from 1970 or so, but only the difference of two running times means
 * anything. */
#ifndef JOURNAL_MOMENT_H
#define JOURNAL_MOMENT_H

#include <stdint.h>

enum timeline {
    TIMELINE_RUNNING, /* what durations are counted in */
    TIMELINE_HOST,    /* what times of day follow */
    TIMELINE_COUNT,
};

/* When the records of a row were decided. */
struct moment {
    int64_t running_ms;
    int64_t host_ms;
    int64_t at_ms; /* the host's clock too, but never before the saga's record before: what people
                      are shown */
};

/* When something is due, on each of the two clocks, whichever comes first; INT64_MAX: never. */
struct dues {
    int64_t ms[TIMELINE_COUNT];
};

#define DUES_NEVER ((struct dues){{INT64_MAX, INT64_MAX}})

static inline void dues_add(struct dues *dues, enum timeline timeline, int64_t due_ms)
{
    dues->ms[timeline] = due_ms < dues->ms[timeline] ? due_ms : dues->ms[timeline];
}

/* When the first of both comes, in running time, if the host's clock goes on as it does:
 * host_lead_ms is how much it shows more than running time now. */
static inline int64_t dues_first(const struct dues *dues, int64_t host_lead_ms)
{
    int64_t host_ms = dues->ms[TIMELINE_HOST];
    int64_t first_ms = dues->ms[TIMELINE_RUNNING];
    if (host_ms == INT64_MAX) {
        return first_ms;
    }
    return host_ms - host_lead_ms < first_ms ? host_ms - host_lead_ms : first_ms;
}

/* What the store remembers of the clock: within one boot of the host running time is its boot time
 * and this offset, before and after a restart of the coordinator. */
struct clock_row {
    char boot[40]; /* the host's name for its boot, as text; empty = not known */
    int64_t offset_ms;
};

#endif
