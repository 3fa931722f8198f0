/* times.h - RFC 3339 times from text. */
#ifndef BASE_TIMES_H
#define BASE_TIMES_H

#include <stdbool.h>

#include "base/span.h"

/* "2026-11-24T04:52:30[.123](Z|+01:00)" to ms since 1970; false for anything else. */
bool time_parse(struct span text, int64_t *at_ms);

#endif
