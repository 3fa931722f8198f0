/* when.h - times as people say them. */
#ifndef CTL_WHEN_H
#define CTL_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time_text.h"

enum when_side { WHEN_AHEAD, WHEN_AGO };

/* By this machine's clock, ms since 1970. */
int64_t when_now_ms(void);
/* Reads an RFC 3339 time, or a duration ("90m") before or after now. false for anything else. */
bool when_parse(const char *text, enum when_side side, int64_t *at_ms);
/* Reads a time as when_parse() does, as RFC 3339 text. false after saying what the option wants. */
bool when_read(const char *option, const char *text, enum when_side side,
               char when[TIME_TEXT_SIZE]);

#endif
