/* items.h - the items of fan-outs, and which steps of a saga are awake. */
#ifndef SAGA_ITEMS_H
#define SAGA_ITEMS_H

#include "base/check.h"
#include "base/span.h"
#include "journal/states.h"

struct fan;
struct saga;
struct step;

/* After the step's state was `from`: counts, and whom it wakes. */
void step_moved(struct step *step, enum step_state from);

void step_set_undo(struct step *step, enum undo_state state);

/* Gives the container its items; false = no memory, or they make no sense. */
MUST_CHECK bool fan_add(struct step *container, struct span collection, uint32_t count);

/* The saga has the steps of another version: counts them, and gives it its items again. */
MUST_CHECK bool saga_carry_items(struct saga *saga, uint32_t count);

/* How many bytes the array of its items' outputs takes, at most. */
size_t fan_output_size(const struct step *container);

/* The outputs of its items as an array in the saga's arena; empty = no memory. */
struct span fan_output(const struct step *container);

/* After a record on an item: its container's state on the way back is what its items' add up to. */
void fan_follow(struct step *item);

/* The item that is to be undone next, from the last one on; NULL = none waits for its turn. */
struct step *fan_next_undo(const struct fan *fan);

/* The next item of the fan-out, from *at on, that is looked at; NULL: there is none. */
struct step *fan_next_awake(const struct fan *fan, uint32_t *at);

#endif
