/* fuzz_calendar_cron.c - expressions and files of time zones from anywhere.
 *
 * Input: an expression, a newline, the bytes of a zone. Whatever both are, ticks ascend, and a
 * period of the zone holds the moment that it was asked for. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/arena.h"
#include "calendar/cron.h"
#include "calendar/zone.h"

enum { TICKS = 4, AFTERS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t afters_s[AFTERS] = {0, 1774746000, 32503680000};
    struct arena arena;
    struct cron cron;
    const struct zone *zone = NULL;
    const char *why = "";
    char text[200];
    if (size == 0) {
        return 0;
    }
    const uint8_t *line = memchr(data, '\n', size);
    size_t first = line ? (size_t)(line - data) : size;
    arena_open(&arena, &arena_heap, 1 << 20);
    if (line) {
        struct span bytes = span_of(line + 1, size - first - 1);
        enum saga_error rc = zone_read(bytes, &arena, &zone, &why);
        CHECK((rc == SAGA_OK) == (zone != NULL));
        struct zone_rule rule;
        (void)zone_rule_parse(bytes, &rule);
    }
    if (cron_parse(span_of(data, first), &cron, text, sizeof(text))) {
        for (int i = 0; i < AFTERS; i++) {
            int64_t at_s = afters_s[i];
            for (int k = 0; k < TICKS && at_s != INT64_MAX; k++) {
                int64_t next_s = cron_next(&cron, zone, at_s);
                CHECK(next_s > at_s);
                at_s = next_s;
            }
        }
    }
    arena_close(&arena);
    return 0;
}
