/* hook_rows.h - what the store keeps of each webhook: whether it is disabled, and how many
 * events it lost. */
#ifndef CORE_HOOK_ROWS_H
#define CORE_HOOK_ROWS_H

#include "base/span.h"

struct core;
struct webhooks;

/* The webhooks that are configured; an empty list if there are none. */
const struct webhooks *hook_rows_of(const struct core *core);

/* Puts the row of this webhook into the batch in the making, since it has changed. */
void hook_rows_put(struct core *core, uint32_t hook);

/* The index of the webhook of this name; the number of webhooks if none has it. */
uint32_t hook_rows_find(const struct core *core, struct span name);

#endif
