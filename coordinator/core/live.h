/* live.h - what of a saga is in no record, for those who look at it: see at_work.h. */
#ifndef CORE_LIVE_H
#define CORE_LIVE_H

#include "base/span.h"

struct core;
struct at_work;
struct request;

/* What engine and peers know of the saga's attempts at work, copied into open->arena; nothing when
 * the saga is not in memory. It costs as much as there are attempts at work, AT_WORK_MAX at
 * most, whatever the length of the saga. */
void live_look(const struct core *core, struct span saga, struct at_work *open);

/* REQUEST_LOOK: the same, answered at once. */
void live_ask(struct core *core, struct request *request);

#endif
