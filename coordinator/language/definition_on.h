/* definition_on.h - what starts a saga by itself: `on: [{event: ...}, {schedule: ...}]`. */
#ifndef LANGUAGE_DEFINITION_ON_H
#define LANGUAGE_DEFINITION_ON_H

#include "base/span.h"

struct compile;

/* Reads the list under `on` into the definition's starts and schedules; nothing when it is empty.
 */
void definition_on_read(struct compile *c, struct span on);

#endif
