/* definition_on.h - what starts a saga by itself: `on: [{event: ...}, {schedule: ...}]`. */
#ifndef LANGUAGE_DEFINITION_ON_H
#define LANGUAGE_DEFINITION_ON_H

#include "base/span.h"

struct compile;

/* definition_on.c: what starts a saga by itself. */
void definition_on_read(struct compile *c, struct span on);

#endif
