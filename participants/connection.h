/* connection.h - the socket to the coordinator, and what is heard of its connections. */
#ifndef PARTICIPANTS_CONNECTION_H
#define PARTICIPANTS_CONNECTION_H

#include "participants/participant.h"

/* A new socket in place of the old one, and `ready` as its first message. */
MUST_CHECK enum saga_error connection_open(struct saga_participant *participant);
/* Closes the socket for good. Messages still queued have linger_ms to get out. */
void connection_close(struct saga_participant *participant, uint32_t linger_ms);
/* Reads what has happened to the connection since the last call, and acts on it. */
void connection_watch(struct saga_participant *participant);
/* The coordinator was silent for dead_ms: the session is over, and the socket is a new one, for
 * what lies unread in the old one must not begin any more. */
void connection_renew(struct saga_participant *participant);

#endif
