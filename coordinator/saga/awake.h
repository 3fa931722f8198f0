/* awake.h - which steps of a saga each event looks at (awake), and which it passes over
 * (resting). */
#ifndef SAGA_AWAKE_H
#define SAGA_AWAKE_H

#include <stdbool.h>
#include <stdint.h>

struct saga;
struct step;

/* The first step from `from` on that is awake: something may follow from its state, or a timer
 * of it may run; step_total = no step is. All others rest: they have not started and cannot yet,
 * or are settled for now. A saga of ten thousand items has few steps that are awake, and every
 * event looks at those alone. fold() lets a step rest; whoever adds a state, or a timer, that a
 * loop over the awake steps must see says so in step_may_rest(). A step that is awake without
 * need costs time, but does no harm. */
uint32_t saga_awake(const struct saga *saga, uint32_t from);

/* Wakes the step: every event of the saga looks at the step from now on. */
void step_wake(const struct step *step);

/* A step that has not begun rests until one of the steps that it needs is done, which wakes it. */
void step_rest_until_needed(const struct step *step);

/* Lets the step rest if its state allows that; else wakes the step. */
void step_rest(const struct step *step);

/* Goes through all steps of the saga and lets each rest, or wakes it: for when the saga has turned
 * round or has another definition, on which it depends which steps may rest. */
void saga_rest_all(struct saga *saga);

/* Is this the step with for_each as a whole, rather than one of its items? */
bool step_is_container(const struct step *step);

/* Is the step an item whose failure does not fail the whole for_each, because the definition says
 * on_item_failure: continue? */
bool step_is_forgiven(const struct step *step);

/* Is the step an item whose undo runs while the saga goes forward? With on_item_failure:
 * continue an item in doubt is undone alone, so that no doubtful effect is left behind. */
bool step_undoes_alone(const struct step *step);

/* The item waits for its undo: makes the walk that undoes a for_each's items, from the last one to
 * the first, begin at this item or behind it. */
void awake_raise_end(const struct step *item);

/* Does the step's undo wait until the undos of later steps are done? */
bool awake_waits_to_undo(const struct step *step);

#endif
