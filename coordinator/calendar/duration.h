/* duration.h - lengths of time as people write them: "30s", "PT15M". */
#ifndef CALENDAR_DURATION_H
#define CALENDAR_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* "250ms", "30s", "15m", "2h", "3d", "PT15M" to ms; false for anything else. */
bool duration_parse(struct span text, int64_t *ms);

#endif
