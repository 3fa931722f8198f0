/* deliver.h - a durable event on its way to those who wait for it. */
#ifndef CORE_DELIVER_H
#define CORE_DELIVER_H

#include "base/span.h"

struct core;
struct inbox_row;

/* Offers the event to one step of a saga. true: the step took it. */
bool deliver_one(struct core *core, struct span saga, uint32_t step, const struct inbox_row *row);

/* Makes the event a value, as $.event. false: no memory. */
bool deliver_show(struct core *core, const struct inbox_row *row);

/* Goes on with the event at work, or begins with the next one that is durable. */
void deliver_next(struct core *core);

#endif
