/* awake.h - which steps of a saga are looked at, and which rest. */
#ifndef SAGA_AWAKE_H
#define SAGA_AWAKE_H

#include <stdbool.h>
#include <stdint.h>

struct saga;
struct step;

/* The first step from `from` on that is awake: something may follow from its state, or a timer
 * of it may run; step_total = none. All others rest: they have not started and cannot yet, or
 * are settled for now. A saga of ten thousand items has few steps that are awake, and every
 * event looks at those alone. fold() lets a step rest; whoever adds a state, or a timer, that a
 * loop over the awake steps must see says so in step_may_rest(). A step that is awake for
 * nothing costs time only. */
uint32_t saga_awake(const struct saga *saga, uint32_t from);

/* The step is looked at from now on. */
void step_wake(const struct step *step);

/* A step that has not begun rests until one of the steps that it needs is done, which wakes it. */
void step_rest_until_needed(const struct step *step);

/* Lets the step rest if its state allows that; else wakes it. */
void step_rest(const struct step *step);

/* Lets each step of the saga rest, or wakes it: which may rest depends on the saga's direction. */
void saga_rest_all(struct saga *saga);

/* Is the step one with for_each as a whole, and not one of its items? */
bool step_is_container(const struct step *step);

/* Is the step an item whose failure stays its own, by on_item_failure: continue? */
bool step_is_forgiven(const struct step *step);

/* Is the step an item whose undo runs while the saga goes forward? With on_item_failure:
 * continue an item in doubt is undone alone, so that no doubtful effect is left behind. */
bool step_undoes_alone(const struct step *step);

/* The item waits for its undo: the walk that undoes items from the last one on begins at this
 * one, or behind it. */
void awake_raise_end(const struct step *item);

/* Does the step's undo wait until the undos of later steps are done? */
bool awake_waits_to_undo(const struct step *step);

#endif
