/* ready.h - `ready`: who we are, what we offer, and every attempt that we hold. */
#ifndef PARTICIPANTS_READY_H
#define PARTICIPANTS_READY_H

#include "participants/participant.h"

/* Says `ready`: from then on there is no session until the coordinator says welcome. All that came
 * on an earlier connection has been read: an attempt that is not named counts as never taken. */
void ready_say(struct saga_participant *participant);
/* Is it time to say it, on a new connection or again on one where it was not answered? */
bool ready_is_due(const struct saga_participant *participant);

#endif
