/* moment.h - the two clocks that the coordinator counts by, and points in time on both.
 *
 * Durations run on `running time`: milliseconds that count on while the host is suspended, never
 * jump, and go on over a restart (base/clock.h). Times of day follow the host's clock, wherever it
 * is set to. Both count from 1970 or so, but only the difference of two running times means
 * anything. */
#ifndef JOURNAL_MOMENT_H
#define JOURNAL_MOMENT_H

#include <stdint.h>

enum timeline {
    TIMELINE_RUNNING, /* durations are counted on it, as time-outs and delays */
    TIMELINE_HOST,    /* times of day are met by it, as start_at and schedules */
    TIMELINE_COUNT,
};

/* When the records of a row were decided. */
struct moment {
    int64_t running_ms;
    int64_t host_ms;
    /* what people are shown: the host's clock as well, but never earlier than the record before of
     * the same saga */
    int64_t at_ms;
};

/* When something is due on each of the two clocks; the earlier of both counts. INT64_MAX: never on
 * this clock. */
struct dues {
    int64_t ms[TIMELINE_COUNT];
};

#define DUES_NEVER ((struct dues){{INT64_MAX, INT64_MAX}})

static inline void dues_add(struct dues *dues, enum timeline timeline, int64_t due_ms)
{
    dues->ms[timeline] = due_ms < dues->ms[timeline] ? due_ms : dues->ms[timeline];
}

/* The running time at which the earlier of both dues comes, if the host's clock is not set anew
 * until then. host_lead_ms: what the host's clock shows less running time, now. */
static inline int64_t dues_first(const struct dues *dues, int64_t host_lead_ms)
{
    int64_t host_ms = dues->ms[TIMELINE_HOST];
    int64_t first_ms = dues->ms[TIMELINE_RUNNING];
    if (host_ms == INT64_MAX) {
        return first_ms;
    }
    return host_ms - host_lead_ms < first_ms ? host_ms - host_lead_ms : first_ms;
}

/* What the store keeps of the clock, so that running time goes on after a restart of the
 * coordinator: while the host has not been booted anew, running time is the host's time since boot
 * plus this offset. */
struct clock_row {
    char boot[40]; /* the host's name for its boot, as text; empty = not known */
    int64_t offset_ms;
};

#endif
