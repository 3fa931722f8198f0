/* test_base_clock.c - running time goes on over restarts and boots, whatever the host's clock
 * shows.
 *
 * Seen to fail with: the boot's name not looked at; a host's clock that is behind counted as time
 * that has passed; the offset of the last boot kept where it would let running time go back; the
 * last running time left out. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"

enum { DAY_MS = 86400000 };

static const int64_t host_ms = INT64_C(1796071660000); /* late in 2026 */

static const struct past_and_now {
    const char *what;
    struct clock_past past;
    struct clock_reading now;
    int64_t running_ms; /* as it must be */
} rows[] = {
    {"the first start ever", {"", 0, 0, 0}, {"one", 5000, host_ms}, host_ms},
    {"the first start, without a name", {"", 0, 0, 0}, {"", 5000, host_ms}, host_ms},
    {"a restart", {"one", 7000, 12000, host_ms}, {"one", 6000, host_ms + 1000}, 13000},
    {"a restart after the host's clock was set ahead by a day",
     {"one", 7000, 12000, host_ms},
     {"one", 6000, host_ms + DAY_MS},
     13000},
    {"a restart after it was set back by a day",
     {"one", 7000, 12000, host_ms},
     {"one", 6000, host_ms - DAY_MS},
     13000},
    {"a restart before any row was written", {"one", 7000, 0, 0}, {"one", 6000, host_ms}, 13000},
    {"another boot, a day later",
     {"one", 7000, 12000, host_ms},
     {"two", 100, host_ms + DAY_MS},
     12000 + DAY_MS},
    {"another boot, with a host's clock that is behind",
     {"one", 7000, 12000, host_ms},
     {"two", 100, host_ms - DAY_MS},
     12000},
    {"boots without names are different ones",
     {"", 7000, 12000, host_ms},
     {"", 6000, host_ms + 50},
     12050},
    {"a copy of a machine, with the boot's name and less boot time",
     {"one", 7000, 12000, host_ms},
     {"one", 4999, host_ms + 50},
     12050},
    {"another boot before any row was written",
     {"one", 7000, 0, 0},
     {"two", 100, host_ms},
     host_ms},
};

Test(base_clock, running_time_goes_on)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t offset_ms = clock_offset(&rows[i].past, &rows[i].now);
        cr_expect_eq(rows[i].now.boot_ms + offset_ms, rows[i].running_ms, "%s: %lld", rows[i].what,
                     (long long)(rows[i].now.boot_ms + offset_ms));
    }
}

Test(base_clock, a_file_shifts_both_clocks_for_tests)
{
    char path[] = "/tmp/saga-clock-XXXXXX";
    struct clock clock = {.offset_ms = 0};
    struct clock_reading before;
    struct clock_reading after;
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_not(clock_shift(&clock, path), "an empty file says nothing");
    cr_assert_not(clock_shift(&clock, "/nowhere/at/all"));
    dprintf(fd, "-%d %d another-boot\n", DAY_MS, 2 * DAY_MS);
    clock_read(&clock, &before);
    cr_assert(clock_shift(&clock, path));
    clock_read(&clock, &after);
    cr_assert_str_eq(after.boot, "another-boot");
    cr_assert_str_neq(before.boot, "another-boot");
    cr_assert_lt(after.host_ms, before.host_ms - DAY_MS / 2);
    cr_assert_geq(after.boot_ms, before.boot_ms + 2 * (int64_t)DAY_MS);
    close(fd);
    unlink(path);
}
