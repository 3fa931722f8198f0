/* live.h - shows those who look at a saga what no record says of its attempts: see at_work.h. */
#ifndef CORE_LIVE_H
#define CORE_LIVE_H

#include "base/span.h"

struct core;
struct at_work;
struct request;

/* Copies what engine and peers know of the saga's attempts at work into open->arena; nothing when
 * the saga is not in memory. The effort grows with the number of attempts at work, AT_WORK_MAX at
 * most, and not with the length of the saga. */
void live_look(const struct core *core, struct span saga, struct at_work *open);

/* Answers a REQUEST_LOOK at once, as live_look(). */
void live_ask(struct core *core, struct request *request);

#endif
