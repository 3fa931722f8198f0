/* clock.c - the clocks of the host, read. */
#include "base/clock.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"

static int64_t read_ns(clockid_t id)
{
    struct timespec now;
    int rc = clock_gettime(id, &now);
    CHECK(rc == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The first line of a file, without its end; empty: there is none. */
static void read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file || !fgets(line, (int)size, file)) {
        line[0] = '\0';
    }
    line[strcspn(line, "\n")] = '\0';
    if (file) {
        fclose(file);
    }
}

static int64_t boot_ms(const struct clock *clock)
{
    return read_ns(CLOCK_BOOTTIME) / 1000000 + atomic_load(&clock->boot_shift_ms);
}

int64_t clock_host_ms(const struct clock *clock)
{
    return clock_wall_ms() + atomic_load(&clock->host_shift_ms);
}

int64_t clock_running_ms(const struct clock *clock)
{
    return boot_ms(clock) + clock->offset_ms;
}

void clock_read(const struct clock *clock, struct clock_reading *reading)
{
    *reading = (struct clock_reading){.boot_ms = boot_ms(clock), .host_ms = clock_host_ms(clock)};
    if (clock->boot[0] != '\0') {
        memcpy(reading->boot, clock->boot, sizeof(reading->boot));
    } else {
        read_line("/proc/sys/kernel/random/boot_id", reading->boot, sizeof(reading->boot));
    }
}

int64_t clock_offset(const struct clock_past *past, const struct clock_reading *reading)
{
    PRE(past->running_ms >= 0);
    PRE(reading->boot_ms >= 0);
    bool same_boot = past->boot[0] != '\0' && strcmp(past->boot, reading->boot) == 0;
    /* A copy of a machine, or another time namespace, may have the boot's name and another time. */
    if (same_boot && reading->boot_ms + past->offset_ms >= past->running_ms) {
        return past->offset_ms;
    }
    if (past->running_ms == 0) {
        return reading->host_ms - reading->boot_ms;
    }
    int64_t passed_ms = reading->host_ms - past->host_ms;
    return past->running_ms + (passed_ms > 0 ? passed_ms : 0) - reading->boot_ms;
}

bool clock_shift(struct clock *clock, const char *path)
{
    char line[128];
    char boot[CLOCK_BOOT_SIZE] = "";
    int64_t shift_host_ms;
    int64_t shift_boot_ms;
    read_line(path, line, sizeof(line));
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %39s", &shift_host_ms, &shift_boot_ms, boot) < 2) {
        return false;
    }
    atomic_store(&clock->host_shift_ms, shift_host_ms);
    atomic_store(&clock->boot_shift_ms, shift_boot_ms);
    memcpy(clock->boot, boot, sizeof(boot));
    return true;
}

int64_t clock_wall_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
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
