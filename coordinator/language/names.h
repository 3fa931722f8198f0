/* names.h - how names of definitions and events are formed. */
#ifndef LANGUAGE_NAMES_H
#define LANGUAGE_NAMES_H

#include "base/span.h"

/* [a-z][a-z0-9_.-]{0,63} */
bool names_is_definition(struct span name);

/* 1 to LIMIT_EVENT_NAME bytes without blanks and control characters. */
bool names_is_event(struct span name);

#endif
