/* recalls.h - what came before a wait, told to the step that waits. */
#ifndef CORE_RECALLS_H
#define CORE_RECALLS_H

#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct core;
struct effect;

/* From the store: which waits are to be recalled. */
MUST_CHECK enum saga_error recalls_recover(struct core *core);

/* EFFECT_RECALL. */
void recalls_add(struct core *core, const struct effect *effect);

/* Is there room, and time left in this round, for another step to be asked? */
bool recalls_may_go_on(const struct core *core, uint32_t *left);

/* Tells recalled steps what came before their waits, as far as the round goes. */
void recalls_run(struct core *core, uint32_t *left);

#endif
