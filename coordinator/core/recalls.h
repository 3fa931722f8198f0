/* recalls.h - offers a step that begins to wait the events that came before its wait. */
#ifndef CORE_RECALLS_H
#define CORE_RECALLS_H

#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct core;
struct effect;

/* Reads from the store, at the start, which waiting steps have not been offered all events that
 * came before their waits. */
MUST_CHECK enum saga_error recalls_recover(struct core *core);

/* Handles an EFFECT_RECALL: a step has begun to wait, and is to be offered the events that came
 * before. */
void recalls_add(struct core *core, const struct effect *effect);

/* Is there room in the batch to offer an event to another step, and may this round offer more,
 * *left being above 0? If so, takes one off *left. */
bool recalls_may_go_on(const struct core *core, uint32_t *left);

/* Offers steps the events that came before their waits; *left: how many offers this round may still
 * make. */
void recalls_run(struct core *core, uint32_t *left);

#endif
