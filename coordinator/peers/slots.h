/* slots.h - what frees a slot of a window besides the end of the session: an answer, and the
 * coordinator's own word that it waits no longer. */
#ifndef PEERS_SLOTS_H
#define PEERS_SLOTS_H

#include "peers/state.h"

/* Forgets the flight, open or past, that this result answers; it is found by key, attempt and
 * token. Gives the session whose slot is free by that; NULL: no slot was freed. */
struct session *slots_answered(struct peers *peers, const struct result *result);
/* Calls off an attempt that the engine no longer wants, as peers.h says of peers_cancel(). */
void slots_cancel(struct peers *peers, const struct effect *effect, int64_t now_ms);
/* Frees the slot of an attempt whose answer the engine has: no further message of the participant
 * may come that would free the slot. */
void slots_done(struct peers *peers, const struct effect *effect, int64_t now_ms);
/* Frees the slots of attempts of this session that were cancelled and whose time to answer
 * (over_ms) has passed. */
void slots_end(struct peers *peers, struct session *session, int64_t now_ms);

#endif
