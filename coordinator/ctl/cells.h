/* cells.h - states and spans of time as a tired person reads them. */
#ifndef CTL_CELLS_H
#define CTL_CELLS_H

#include <stddef.h>

enum { CELLS_SPAN_SIZE = 32 };

/* Padded, and coloured by what the word means: only on a terminal, and not when NO_COLOR is set. */
void cells_state(const char *state, int width);
/* RFC 3339 text as seconds since 1970; 0 for "". */
double cells_seconds(const char *at);
/* "1.5s", "12m", "3h", "4d". */
void cells_span(double seconds, char span[CELLS_SPAN_SIZE]);
/* How long ago that was; "" for no time. */
void cells_age(const char *at, char span[CELLS_SPAN_SIZE]);

#endif
