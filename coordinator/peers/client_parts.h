/* client_parts.h - what requests of clients have in common. */
#ifndef PEERS_CLIENT_PARTS_H
#define PEERS_CLIENT_PARTS_H

#include "peers/client_request.h"

/* Where bytes of the frame lie in the copy of the frame. */
struct span client_parts_moved(const struct client_request *asked, struct span frame,
                               struct span bytes);
/* The text, or the whole value, under a key; in the copy. */
struct span client_parts_text(const struct client_request *asked,
                              const struct request_source *source, enum wire_key key);
struct span client_parts_value(const struct client_request *asked,
                               const struct request_source *source, enum wire_key key);
/* Which part of the history is asked for. */
struct peers_range client_parts_range(const struct message *message);
/* Does the message name a saga that can exist? Names of the store that are no ids have others. */
bool client_parts_has_saga(const struct message *message, const char **why);
/* How long a request waits at most, as its `wait_ms` says. */
int64_t client_parts_wait_ms(const struct message *message);
/* Whether, and how long, a start, a commit or an abort waits; false: its `wait` is neither stored
 * nor settled. */
bool client_parts_wait(const struct message *message, struct request *request);
/* The saga that a start or a begin names; a new id if it names none. */
struct span client_parts_id(struct client_request *asked, const struct request_source *source);

#endif
