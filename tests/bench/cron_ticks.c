/* cron_ticks.c - says when schedules are due, for tests/e2e/test_cron to compare.
 *
 * Each line of the standard input is "ZONE|EXPRESSION|AFTER|COUNT" in seconds since 1970; the
 * answer is a line of the next COUNT ticks, or "refused: why". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zoneinfo.h"
#include "calendar/cron.h"
#include "base/arena.h"
#include "calendar/zone.h"

static const struct zone *zone_of(const char *name, struct arena *arena)
{
    static uint8_t bytes[ZONEINFO_BYTES];
    size_t size = 0;
    const struct zone *zone = NULL;
    const char *why = "no such zone";
    if (zoneinfo_read(span_text(name), bytes, &size) != SAGA_OK ||
        zone_read(span_of(bytes, size), arena, &zone, &why) != SAGA_OK) {
        printf("refused: %s: %s\n", name, why);
        return NULL;
    }
    return zone;
}

static void answer(const char *expression, const struct zone *zone, int64_t after_s, int count)
{
    struct cron cron;
    char why[200];
    if (!cron_parse(span_text(expression), &cron, why, sizeof(why))) {
        printf("refused: %s\n", why);
        return;
    }
    for (int i = 0; i < count; i++) {
        after_s = cron_next(&cron, zone, after_s);
        printf("%s%" PRId64, i ? " " : "", after_s);
    }
    printf("\n");
}

int main(void)
{
    char line[1024];
    while (fgets(line, sizeof(line), stdin)) {
        char *parts[4] = {line, NULL, NULL, NULL};
        for (int i = 1; i < 4; i++) {
            parts[i] = parts[i - 1] ? strchr(parts[i - 1], '|') : NULL;
            if (parts[i]) {
                *parts[i]++ = '\0';
            }
        }
        if (!parts[3]) {
            return 2;
        }
        struct arena arena;
        arena_open(&arena, &arena_heap, 1 << 22);
        const struct zone *zone = zone_of(parts[0], &arena);
        if (zone) {
            answer(parts[1], zone, strtoll(parts[2], NULL, 10), (int)strtol(parts[3], NULL, 10));
        }
        arena_close(&arena);
    }
    return 0;
}
