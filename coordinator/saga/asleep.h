/* asleep.h - until when a saga can sleep outside of memory, as its head says (journal/row.h). */
#ifndef SAGA_ASLEEP_H
#define SAGA_ASLEEP_H

#include <stdint.h>

struct asleep {
    /* the saga sleeps until this running time; 0 = it does not sleep */
    int64_t due_ms;
    /* and no longer than until this time of day; 0 = no time of day wakes it */
    int64_t until_ms;
};

#endif
