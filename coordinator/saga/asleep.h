/* asleep.h - until when a saga can sleep outside of memory, as its head says (journal/row.h). */
#ifndef SAGA_ASLEEP_H
#define SAGA_ASLEEP_H

#include <stdint.h>

struct asleep {
    int64_t due_ms;   /* 0 = it is awake */
    int64_t until_ms; /* a time of day; 0 = none wakes it */
};

#endif
