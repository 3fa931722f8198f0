/* cells.c - a state is never told by its colour alone. */
#include "ctl/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/times.h"

static bool has_colours(FILE *out)
{
    const char *term = getenv("TERM");
    return isatty(fileno(out)) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

void cells_state(FILE *out, const char *state, int width)
{
    static const struct {
        const char *word;
        const char *colour;
    } colours[] = {{"parked", "31"},     {"in_doubt", "31"},  {"failed", "31"},
                   {"terminated", "31"}, {"retrying", "33"},  {"compensating", "33"},
                   {"running", "36"},    {"succeeded", "32"}, {"completed", "32"},
                   {"compensated", "35"}};
    const char *colour = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(colours) && has_colours(out); i++) {
        colour = strcmp(colours[i].word, state) == 0 ? colours[i].colour : colour;
    }
    if (colour) {
        fprintf(out, "\033[%sm%-*s\033[0m", colour, width, state);
    } else {
        fprintf(out, "%-*s", width, state);
    }
}

double cells_seconds(const char *at)
{
    int64_t at_ms;
    return time_parse(span_text(at), &at_ms) ? (double)at_ms / 1000 : 0;
}

void cells_span(double seconds, char span[CELLS_SPAN_SIZE])
{
    static const struct {
        int64_t unit; /* seconds */
        char letter;
        int64_t part; /* of which the rest is told */
        char part_letter;
    } units[] = {{86400, 'd', 3600, 'h'}, {3600, 'h', 60, 'm'}, {60, 'm', 1, 's'}};
    if (seconds < 60) {
        snprintf(span, CELLS_SPAN_SIZE, "%.3gs", seconds < 0 ? 0 : seconds);
        return;
    }
    int64_t whole = (int64_t)seconds;
    size_t i = 0;
    while (whole < units[i].unit) {
        i++;
    }
    int rest = (int)(whole % units[i].unit / units[i].part);
    snprintf(span, CELLS_SPAN_SIZE, "%lld%c%02d%c", (long long)(whole / units[i].unit),
             units[i].letter, rest, units[i].part_letter);
}

void cells_age(const char *at, int64_t now_ms, char span[CELLS_SPAN_SIZE])
{
    double then = cells_seconds(at);
    span[0] = '\0';
    if (then > 0) {
        cells_span((double)now_ms / 1000 - then, span);
    }
}
