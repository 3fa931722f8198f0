/* recalled.h - the steps that have been told what came before their waits, until that is durable.
 */
#ifndef CORE_RECALLED_H
#define CORE_RECALLED_H

#include <stdbool.h>

struct core;
struct events_work;
struct store_wait;

/* The batch is durable, and the store knows of its recalled steps; or the core closes. */
void recalled_forget(struct core *core, struct events_work *work);

/* Has the step been told all that came before its wait? Else the event comes to the step by its
 * recall, for the event is durable and kept. */
bool recalled_is(const struct core *core, const struct store_wait *wait);

#endif
