/* fan.h - the items of a step with for_each: steps of their own, which a saga gets while it runs.
 */
#ifndef SAGA_FAN_H
#define SAGA_FAN_H

#include <stdint.h>

#include "journal/states.h"

struct step;

struct fan {
    struct step *items;
    uint32_t count;                    /* of this run of the step */
    uint32_t room;                     /* of its greatest run */
    uint32_t next;                     /* no item before it is pending */
    uint32_t undo_end;                 /* no item from this one on waits for its undo to be due */
    uint32_t undo_open;                /* items whose undo is due, or under way, or parked */
    uint32_t counts[STEP_STATE_COUNT]; /* items by state */
};

#endif
