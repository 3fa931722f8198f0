/* awake.h - which steps of a saga are looked at, and which rest. */
#ifndef SAGA_AWAKE_H
#define SAGA_AWAKE_H

#include <stdbool.h>
#include <stdint.h>

struct saga;
struct step;

/* What asks for a step's attention: the first from `from` on that something may follow from, or
 * that may have a timer; step_total = none. All others are at rest: not started and not due to,
 * or settled for now. A saga of ten thousand items has few that are awake, and every event is
 * paid for by them alone. fold() lets a step rest; whoever adds a state, or a timer, that a loop
 * over awake steps must see says so in step_may_rest(). Too many awake ones cost time only. */
uint32_t saga_awake(const struct saga *saga, uint32_t from);

void step_wake(const struct step *step);

/* It waits for what it needs, which wakes it. */
void step_rest_until_needed(const struct step *step);

/* Lets the step rest if it may. */
void step_rest(const struct step *step);

/* Looks at all steps: what may rest depends on the direction. */
void saga_rest_all(struct saga *saga);

/* A step with for_each, not one of its items. */
bool step_is_container(const struct step *step);

/* Its failure stays its own: on_item_failure: continue. */
bool step_is_forgiven(const struct step *step);

/* While the saga goes forward its undo settles it: continue leaves no doubtful effect behind. */
bool step_undoes_alone(const struct step *step);

/* An item that may wait for its undo lies further on: those before it are looked at. */
void awake_raise_end(const struct step *item);

/* Does the item wait for its turn to be undone? */
bool awake_waits_to_undo(const struct step *step);

#endif
