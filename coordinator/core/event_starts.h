/* event_starts.h - sagas that an event starts: the newest version of each definition listens. */
#ifndef CORE_EVENT_STARTS_H
#define CORE_EVENT_STARTS_H

#include <stdbool.h>

struct core;

/* Starts the sagas that the event at work starts; false = not all definitions were asked in this
 * round, go on later. */
bool event_starts_go_on(struct core *core);

#endif
