/* hook_rows.h - the rows of webhooks: how far each has been told. */
#ifndef CORE_HOOK_ROWS_H
#define CORE_HOOK_ROWS_H

#include "base/span.h"

struct core;
struct webhooks;

/* How many webhooks there are. */
const struct webhooks *hook_rows_of(const struct core *core);

/* How far the webhook has been told goes into the batch in the making. */
void hook_rows_put(struct core *core, uint32_t hook);

/* The webhook of that name. */
uint32_t hook_rows_find(const struct core *core, struct span name);

#endif
