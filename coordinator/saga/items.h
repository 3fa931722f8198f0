/* items.h - the items of fan-outs: steps of their own, and what their states add up to. */
#ifndef SAGA_ITEMS_H
#define SAGA_ITEMS_H

#include "base/check.h"
#include "base/span.h"
#include "journal/states.h"

struct fan;
struct saga;
struct step;

/* The step's state was `from` and is another now: counts that, and wakes the steps that wait for
 * it. */
void step_moved(struct step *step, enum step_state from);

/* The only code that writes the state of a step's own undo: a fan-out counts those of its items. */
void step_set_undo(struct step *step, enum undo_state state);

/* Gives the container its items, from a collection with `count` elements. false = no memory, or
 * (replay) the collection is no such array. */
MUST_CHECK bool fan_add(struct step *container, struct span collection, uint32_t count);

/* The saga has got the steps of another version: counts those that are passed, and puts the
 * saga's `count` items behind them. false = no memory. */
MUST_CHECK bool saga_carry_items(struct saga *saga, uint32_t count);

/* How many bytes the array of the items' outputs takes, at most. */
size_t fan_output_size(const struct step *container);

/* The outputs of the container's items as an array, in the saga's arena; empty = no memory. */
struct span fan_output(const struct step *container);

/* After a record about an item: on the way back its container's state is what the items' states
 * add up to. */
void fan_follow(struct step *item);

/* The last item whose undo waits for those of the items behind it, which are done; NULL = there
 * is none. */
struct step *fan_next_undo(const struct fan *fan);

/* The next item of the fan-out, from *at on, that is awake; *at is then behind it. NULL: there
 * is none. */
struct step *fan_next_awake(const struct fan *fan, uint32_t *at);

#endif
