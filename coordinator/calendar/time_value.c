/* time_value.c - a time of day as people and programs write it in a value. */
#include "calendar/time_value.h"

#include "base/mp.h"
#include "base/times.h"

bool time_value_read(struct span value, int64_t *at_ms)
{
    struct mp mp = mp_open(value);
    if (mp_type(value) == MP_INT) {
        *at_ms = mp_int(&mp);
        return *at_ms > 0;
    }
    return mp_type(value) == MP_STR && time_parse(mp_str(&mp), at_ms) && *at_ms > 0;
}
