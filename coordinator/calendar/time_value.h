/* time_value.h - a time of day as people and programs write it in a value. */
#ifndef CALENDAR_TIME_VALUE_H
#define CALENDAR_TIME_VALUE_H

#include "base/span.h"

/* Reads RFC 3339, or milliseconds since 1970; false for any other value. */
bool time_value_read(struct span value, int64_t *at_ms);

#endif
