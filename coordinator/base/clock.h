/* clock.h - the only code that reads a clock.
 *
 * Durations are counted in running time: the host's boot time, which never jumps and counts while
 * the host is suspended, and an offset. Within one boot of the host the offset stays the same over
 * restarts of the process, so that running time goes on through them; after another boot running
 * time goes on from the last that is known, by what the host's clock says has passed since (a clock
 * that is behind says: nothing). On the very first start the offset is such that running time is
 * what the host's clock shows; afterwards that clock may be set to anything.
 *
 * Times of day are what the host's clock shows, read anew each time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_BOOT_SIZE = 40 }; /* of the host's name for its boot, with the NUL */

/* What both clocks show at one moment. */
struct clock_reading {
    char boot[CLOCK_BOOT_SIZE]; /* empty: not known */
    int64_t boot_ms;            /* since the host booted */
    int64_t host_ms;            /* since 1970, by the host's clock */
};

/* What is known from the process's lives before; zeroes: nothing. */
struct clock_past {
    char boot[CLOCK_BOOT_SIZE]; /* in which boot of the host ... */
    int64_t offset_ms;          /* ... this was the offset */
    int64_t running_ms;         /* the last running time that is known, 0 = none is, ... */
    int64_t host_ms;            /* ... and what the host's clock showed then */
};

struct clock {
    int64_t offset_ms; /* running time less boot time */
    /* For tests: what the clocks are taken to show more than they do, and the boot's name. */
    _Atomic int64_t boot_shift_ms;
    _Atomic int64_t host_shift_ms;
    char boot[CLOCK_BOOT_SIZE];
};

/* Reads the clocks, as shifted. */
void clock_read(const struct clock *clock, struct clock_reading *reading);
/* The offset that lets running time go on from what is known. */
int64_t clock_offset(const struct clock_past *past, const struct clock_reading *reading);
/* Running time, ms; any thread. */
int64_t clock_running_ms(const struct clock *clock);
/* What the host's clock shows, ms since 1970; any thread. */
int64_t clock_host_ms(const struct clock *clock);

/* For tests: the clocks are shifted by what the file says, "HOST_MS BOOT_MS [BOOT]"; BOOT takes the
 * place of the host's name for its boot. false: it does not say so. Other threads may read the
 * clock meanwhile. */
bool clock_shift(struct clock *clock, const char *path);

/* The host's clock as it is, for what has no clock of its own. */
int64_t clock_wall_ms(void);
/* For measuring: monotonic, ns. */
int64_t clock_monotonic_ns(void);

/* "2026-11-24T04:52:30.123Z"; text is at least CLOCK_TEXT_SIZE bytes. */
enum { CLOCK_TEXT_SIZE = 32 };
void clock_format(int64_t at_ms, char *text);

#endif
