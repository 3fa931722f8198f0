/* deliver.h - brings a durable event to the steps that wait for it and the definitions that it
 * starts. */
#ifndef CORE_DELIVER_H
#define CORE_DELIVER_H

#include "base/span.h"

struct core;
struct inbox_row;

/* Offers the event to one step of a saga. true: the step took it. */
bool deliver_one(struct core *core, struct span saga, uint32_t step, const struct inbox_row *row);

/* Makes the event the value that definitions see as $.event, in events.delivering.event. false: no
 * memory. */
bool deliver_show(struct core *core, const struct inbox_row *row);

/* Goes on with the event that is being delivered, or begins with the next durable one. */
void deliver_next(struct core *core);

#endif
