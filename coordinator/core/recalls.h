/* recalls.h - what came before a wait, told to the step that waits. */
#ifndef CORE_RECALLS_H
#define CORE_RECALLS_H

#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct core;
struct effect;

/* At the start, from the store: which waits have not been told yet what came before. */
MUST_CHECK enum saga_error recalls_recover(struct core *core);

/* EFFECT_RECALL: a step begins to wait, and is to be told what came before. */
void recalls_add(struct core *core, const struct effect *effect);

/* Is there room, and time left in this round, to offer an event to another step? */
bool recalls_may_go_on(const struct core *core, uint32_t *left);

/* Offers steps the events that came before their waits, as far as the round goes. */
void recalls_run(struct core *core, uint32_t *left);

#endif
