/* definition_schedule.h - an item of `on` that names a schedule. */
#ifndef LANGUAGE_DEFINITION_SCHEDULE_H
#define LANGUAGE_DEFINITION_SCHEDULE_H

#include "base/span.h"

struct compile;
struct template;

/* The keys of an item with a schedule, and what was read of the item before. */
struct schedule_keys {
    struct span schedule, timezone, catch_up;
    uint32_t place; /* of the item in `on` */
    const struct template *input_template;
};

/* Adds a schedule to the definition, or notes what is wrong. The place is at the item. */
void definition_schedule_read(struct compile *c, const struct schedule_keys *keys);

#endif
