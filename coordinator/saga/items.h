/* items.h - the items of fan-outs (for_each): each is a step of its own, and together they make
 * the state of their container. */
#ifndef SAGA_ITEMS_H
#define SAGA_ITEMS_H

#include "base/check.h"
#include "base/span.h"
#include "journal/states.h"

struct fan;
struct saga;
struct step;

/* To be called after a step's state has changed from `from`: counts that, and wakes the steps that
 * wait for the step. */
void step_moved(struct step *step, enum step_state from);

/* Sets the state of the step's own undo, and counts it for the fan-out that the step is an item of:
 * the only code that writes this state. */
void step_set_undo(struct step *step, enum undo_state state);

/* Gives the step with for_each its `count` items, one for each element of the collection. false =
 * no memory, or (replay) the collection is no array of that length. */
MUST_CHECK bool fan_add(struct step *container, struct span collection, uint32_t count);

/* To be called when a migration has given the saga the steps of another version: counts those that
 * have passed anew, and puts the saga's `count` items behind them. false = no memory. */
MUST_CHECK bool saga_carry_items(struct saga *saga, uint32_t count);

/* How many bytes the array that fan_output() makes takes, at most. */
size_t fan_output_size(const struct step *container);

/* The outputs of the container's items as an array, in the saga's arena; empty = no memory. */
struct span fan_output(const struct step *container);

/* To be called after a record about an item: while the saga goes back, sets the container's state
 * to what the states of its items add up to. */
void fan_follow(struct step *item);

/* The item to undo next: the last one whose undo has yet to begin, for all items behind it are
 * undone already; NULL = none waits to be undone. */
struct step *fan_next_undo(const struct fan *fan);

/* Walks over the items that are awake: the next one from *at on; moves *at behind it. NULL: there
 * is none. */
struct step *fan_next_awake(const struct fan *fan, uint32_t *at);

#endif
