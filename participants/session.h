/* session.h - the conversation with the coordinator. */
#ifndef PARTICIPANTS_SESSION_H
#define PARTICIPANTS_SESSION_H

#include "participants/participant.h"

/* Looks for a silence, then reads what has come, at most LINK_BATCH_MAX messages; true when there
 * may be more. */
bool session_read(struct saga_participant *participant);
/* What is due: `ready` if all that came has been read, a window, results to send again, a
 * heartbeat. */
void session_turn(struct saga_participant *participant, bool has_read_all);
/* Milliseconds until session_turn() has something to do. */
int64_t session_wait_ms(const struct saga_participant *participant);
void session_bye(struct saga_participant *participant);
/* Reports the progress of one run. */
void session_beat(struct saga_participant *participant, struct run *run);

/* Empties participant->out and begins a message with so many pairs beside v and type. */
void session_begin(struct saga_participant *participant, uint32_t pairs, const char *type);
/* Sends the packed bytes; false when the queue is full or there is no connection. */
bool session_send(struct saga_participant *participant, struct span message);
/* Sends participant->out; false as session_send(), or when it could not be packed. */
bool session_send_out(struct saga_participant *participant);

#endif
