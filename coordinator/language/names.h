/* names.h - how names of definitions, steps and events are formed. */
#ifndef LANGUAGE_NAMES_H
#define LANGUAGE_NAMES_H

#include "base/span.h"

/* [a-z][a-z0-9_.-]{0,63} */
bool names_is_definition(struct span name);

/* [A-Za-z_][A-Za-z0-9_]{0,63}: the name of a step can stand in a reference without quotes. */
bool names_is_step(struct span name);

/* 1 to LIMIT_EVENT_NAME bytes without blanks and control characters. */
bool names_is_event(struct span name);

/* The id or the source of an event: 1 to 512 bytes without control characters. */
bool names_is_event_text(struct span text);

#endif
