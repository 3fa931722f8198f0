/* inbound.h - what comes in: checked, and handled by its type.
 *
 * A message that is not of the protocol's form is answered with `error`, whoever sent it; the third
 * within a minute ends the sender's session. A participant's message without a session is answered
 * with `who`, except `ready`; a result counts all the same, by its token. A bad result touches its
 * task alone: see results.h and salvage.h. */
#ifndef PEERS_INBOUND_H
#define PEERS_INBOUND_H

#include "peers/state.h"

void inbound_frame(struct peers *peers, struct span connection, struct span frame, int64_t now_ms);

#endif
