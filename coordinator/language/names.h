/* names.h - how names of definitions and events are formed. */
#ifndef LANGUAGE_NAMES_H
#define LANGUAGE_NAMES_H

#include "base/span.h"

/* definition.c: [a-z][a-z0-9_.-]{0,63} */
bool names_is_definition(struct span name);

/* definition_events.c: steps that wait for an event, or send one. c->place is at the step. */
bool names_is_event(struct span name);

#endif
