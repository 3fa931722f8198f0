/* fan.h - the items of a step with for_each: steps of their own, which a saga gets while it runs.
 */
#ifndef SAGA_FAN_H
#define SAGA_FAN_H

#include <stdint.h>

#include "journal/states.h"

struct step;

struct fan {
    struct step *items;
    uint32_t count; /* how many items this run of the step has */
    /* the number of items of the run that had most; `items` has room for them */
    uint32_t room;
    /* all items before this one have begun: none of them is pending */
    uint32_t next;
    uint32_t undo_end; /* no item from this one on waits until its undo is due */
    /* how many items have an undo that is due, under way, or parked */
    uint32_t undo_open;
    uint32_t counts[STEP_STATE_COUNT]; /* how many items are in each state */
};

#endif
