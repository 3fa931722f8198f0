/* ready.h - `ready`: who we are, what we offer, and every attempt that we hold. */
#ifndef PARTICIPANTS_READY_H
#define PARTICIPANTS_READY_H

#include "participants/participant.h"

/* Says `ready`: from then on there is no session until the coordinator says welcome. Everything
 * that came on an earlier connection must have been read, for an attempt that `running` does not
 * name counts as never taken. */
void ready_say(struct saga_participant *participant);
/* Is it time to say `ready`: on a new connection, or again because no welcome came? */
bool ready_is_due(const struct saga_participant *participant);

#endif
