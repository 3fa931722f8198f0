/* event_starts.h - starts the sagas that an event starts, by the newest version of each
 * definition. */
#ifndef CORE_EVENT_STARTS_H
#define CORE_EVENT_STARTS_H

#include <stdbool.h>

struct core;

/* Starts the sagas that the event being delivered starts; false = some definitions are left for a
 * later round. */
bool event_starts_go_on(struct core *core);

#endif
