/* recalled.h - remembers which steps have been offered the events that came before their waits,
 * until the store knows that durably. */
#ifndef CORE_RECALLED_H
#define CORE_RECALLED_H

#include <stdbool.h>

struct core;
struct events_work;
struct store_wait;

/* Forgets the steps that this batch tells the store of: because it is durable, or because the core
 * closes. */
void recalled_forget(struct core *core, struct events_work *work);

/* Has the step been offered all events that came before its wait? If not, a new event is not
 * offered to the step now: it is durable and kept, and comes to the step in its turn by
 * recalls.h. */
bool recalled_is(const struct core *core, const struct store_wait *wait);

#endif
