/* cells.h - states and spans of time as a tired person reads them. */
#ifndef CTL_CELLS_H
#define CTL_CELLS_H

#include <stdint.h>
#include <stdio.h>

enum { CELLS_SPAN_SIZE = 32 };

/* Prints the word padded, and coloured by what it means: on a terminal, unless NO_COLOR is set. */
void cells_state(FILE *out, const char *state, int width);
/* RFC 3339 text as seconds since 1970; 0 for "". */
double cells_seconds(const char *at);
/* "1.5s", "12m03s", "3h05m", "4d23h". */
void cells_span(double seconds, char span[CELLS_SPAN_SIZE]);
/* How long before now_ms that was; "" for no time. */
void cells_age(const char *at, int64_t now_ms, char span[CELLS_SPAN_SIZE]);

#endif
