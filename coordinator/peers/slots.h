/* slots.h - what frees a slot of a window besides the end of the session: an answer, and the
 * coordinator's own word that it waits no longer. */
#ifndef PEERS_SLOTS_H
#define PEERS_SLOTS_H

#include "peers/state.h"

/* Forgets the flight that this result answers, by its name and its token. Gives the session whose
 * slot is free now; NULL: none is. */
struct session *slots_answered(struct peers *peers, const struct result *result);
/* What peers_cancel() promises: an attempt is no longer wanted. */
void slots_cancel(struct peers *peers, const struct effect *effect, int64_t now_ms);
/* The engine has an answer of this attempt: its slot is free, for no other message may come that
 * frees it. */
void slots_done(struct peers *peers, const struct effect *effect, int64_t now_ms);
/* Takes back the slots of attempts that were called off and whose time is over by now. */
void slots_end(struct peers *peers, struct session *session, int64_t now_ms);

#endif
