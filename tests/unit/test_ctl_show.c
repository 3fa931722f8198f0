/* test_ctl_show.c - what sagactl show prints of a saga that stands still.
 *
 *   tests/definitions/show/NAME.json      a saga as the server answers it, in part as it might
 *   tests/definitions/show/NAME.expected  the screen, at six in the evening
 *
 * SAGA_REWRITE=1 writes what came out over what was expected: commit only what you understand.
 *
 * Seen to fail with: an undo's error told of the do, the brackets of an item not quoted, a fan-out
 * shown beside its items, `took` reaching to the end of the undo, times told as ahead that are
 * past. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "ctl/cells.h"
#include "ctl/show.h"
#include "golden.h"

#define NOW_MS 1796061600000 /* 2026-11-30T18:00:00Z */

static char *screen_of(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    json_error_t error;
    json_t *saga = json_load_file(path, 0, &error);
    FILE *out = open_memstream(&text, &size);
    cr_assert(saga != NULL && out != NULL, "%s: %s", path, error.text);
    show_saga(out, saga, NOW_MS);
    fclose(out);
    json_decref(saga);
    return text;
}

Test(show, a_saga_says_why_it_stands_still)
{
    static const char *const names[] = {"bare",    "ended",   "many",       "not-begun",
                                        "parked",  "queued",  "settled",    "retrying",
                                        "running", "undoing", "unreadable", "waiting"};
    golden_enter();
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char path[64];
        snprintf(path, sizeof(path), "show/%s.json", names[i]);
        char *text = screen_of(path);
        snprintf(path, sizeof(path), "show/%s.expected", names[i]);
        golden_check(path, text);
        cr_expect(!strstr(text, " \n"), "%s: a line ends with a blank", names[i]);
        free(text);
    }
}

Test(show, spans_are_as_short_as_they_can_be)
{
    static const struct {
        double seconds;
        const char *span;
    } cases[] = {{-1, "0s"},        {0, "0s"},        {0.0114, "0.0114s"}, {59.4, "59.4s"},
                 {60, "1m00s"},     {119.9, "1m59s"}, {3599, "59m59s"},    {3600, "1h00m"},
                 {86399, "23h59m"}, {86400, "1d00h"}, {8640000, "100d00h"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char span[CELLS_SPAN_SIZE];
        cells_span(cases[i].seconds, span);
        cr_expect_str_eq(span, cases[i].span);
    }
}
