/* cells.c - a state is never told by its colour alone. */
#include "ctl/cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/times.h"
#include "ctl/when.h"

static bool has_colours(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

void cells_state(const char *state, int width)
{
    static const struct {
        const char *word;
        const char *colour;
    } colours[] = {{"parked", "31"},     {"in_doubt", "31"},  {"failed", "31"},
                   {"terminated", "31"}, {"retrying", "33"},  {"compensating", "33"},
                   {"running", "36"},    {"succeeded", "32"}, {"completed", "32"},
                   {"compensated", "35"}};
    const char *colour = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(colours) && has_colours(); i++) {
        colour = strcmp(colours[i].word, state) == 0 ? colours[i].colour : colour;
    }
    if (colour) {
        printf("\033[%sm%-*s\033[0m", colour, width, state);
    } else {
        printf("%-*s", width, state);
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
        double below;
        double unit;
        char letter;
    } units[] = {{3600, 60, 'm'}, {172800, 3600, 'h'}, {INFINITY, 86400, 'd'}};
    if (seconds < 60) {
        snprintf(span, CELLS_SPAN_SIZE, "%.3gs", seconds < 0 ? 0 : seconds);
        return;
    }
    size_t i = 0;
    while (seconds >= units[i].below) {
        i++;
    }
    snprintf(span, CELLS_SPAN_SIZE, "%.0f%c", seconds / units[i].unit, units[i].letter);
}

void cells_age(const char *at, char span[CELLS_SPAN_SIZE])
{
    double then = cells_seconds(at);
    span[0] = '\0';
    if (then > 0) {
        cells_span((double)when_now_ms() / 1000 - then, span);
    }
}
